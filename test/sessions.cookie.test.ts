import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { isKnown, post } from './support/accounts.ts'
import { startTestApp, type TestApp } from './support/app.ts'
import { startTwoApps } from './support/staff.ts'

let shops: Awaited<ReturnType<typeof startTwoApps>>
let shop: TestApp
let there: TestApp
beforeAll(async () => {
  shops = await startTwoApps({ CACHE_SEAL_KEY: randomBytes(32).toString('hex'), DB_ACQUIRE_TIMEOUT_MS: '15000' })
  shop = shops.here
  there = shops.there
})
afterAll(() => shops.stop())

describe('the cookie', () => {
  it('given a login, when answered, then the cookie is __Host-, Secure, HttpOnly, SameSite, and not to be stored', async () => {
    const response = await fetch(`${shop.base}/trpc/session.guest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    })
    const [cookie, ...others] = response.headers.getSetCookie()
    expect(others).toEqual([])
    expect(cookie).toMatch(/^__Host-session=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/)
    expect(response.headers.get('cache-control')).toBe('private, no-store')
  })

  it('given SESSION_COOKIE=plain, when answered, then it has no Secure and no __Host-, and works', async () => {
    const plain = await startTestApp({ SESSION_COOKIE: 'plain' })
    onTestFinished(() => plain.stop())
    const { setCookie } = await post(plain, 'session.guest')
    expect(setCookie).toMatch(/^session=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/)
    const cookie = String(setCookie).split(';')[0] ?? ''
    expect((await fetch(`${plain.base}/trpc/session.me`, { headers: { cookie } })).status).toBe(200)
  })

  const own = async () => {
    const { token } = await shop.trpc.session.guest.mutate()
    return { token, cookie: `other=1; __Host-session=${token}; more=2` }
  }

  it('given the cookie, when logged out with it, then it is cleared, and replaying it is refused in every process', async () => {
    const { token, cookie } = await own()
    expect((await fetch(`${shop.base}/trpc/session.me`, { headers: { cookie } })).status).toBe(200)
    const out = await post(shop, 'session.logout', { headers: { cookie } })
    expect(out.setCookie).toMatch(/^__Host-session=; Path=\/; Expires=Thu, 01 Jan 1970/)
    for (const app of [shop, there]) {
      expect((await fetch(`${app.base}/trpc/session.me`, { headers: { cookie } })).status).toBe(401)
      expect(await isKnown(app, token)).toBe(false)
    }
  })

  it.each([
    ['a page elsewhere', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a sibling subdomain', { 'sec-fetch-site': 'same-site', origin: 'https://blog.shop.example' }],
    ['an old browser on a page elsewhere', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
  ])(
    'given %s, when it posts JSON with the cookie, then 403 CROSS_SITE, and nothing happens',
    async (_who, headers) => {
      const { token, cookie } = await own()
      const answer = await post(shop, 'session.logout', { headers: { cookie, ...(headers as Record<string, string>) } })
      expect([answer.status, answer.reason]).toEqual([403, 'CROSS_SITE'])
      const rest = await fetch(`${shop.base}/api/sessions/current`, {
        method: 'DELETE',
        headers: { cookie, ...(headers as Record<string, string>) },
      })
      expect([rest.status, (await rest.json()) as object]).toMatchObject([403, { error: { reason: 'CROSS_SITE' } }])
      expect(await isKnown(shop, token)).toBe(true)
    },
  )

  it('given a form or text, when posted with the cookie, then 415', async () => {
    const { token, cookie } = await own()
    for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain', '']) {
      const answer = await post(shop, 'session.logout', { headers: { cookie, 'content-type': type } })
      expect(answer.status, type).toBe(415)
    }
    expect((await fetch(`${shop.base}/api/sessions`, { method: 'POST', body: 'email=a&password=b' })).status).toBe(415)
    expect(await isKnown(shop, token)).toBe(true)
  })

  it('given our own page, when it posts with the cookie, then it is let in', async () => {
    const { cookie } = await own()
    const ours: Record<string, string>[] = [{ 'sec-fetch-site': 'same-origin' }, { origin: shop.base }]
    for (const headers of ours) {
      const answer = await post(shop, 'session.revoke', {
        headers: { cookie, ...headers },
        body: JSON.stringify({ id: crypto.randomUUID() }),
      })
      expect(answer.reason).toBe('ACCOUNT_REQUIRED')
    }
  })

  it('given a wrong Authorization and a right cookie, when sent together, then the cookie does not help', async () => {
    const { cookie } = await own()
    const response = await fetch(`${shop.base}/trpc/session.me`, { headers: { cookie, authorization: 'Bearer wrong' } })
    expect(response.status).toBe(401)
  })
})
