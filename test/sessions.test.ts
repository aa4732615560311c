import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertAccount, isKnown, login, rightPassword } from './support/accounts.ts'
import type { TestApp } from './support/app.ts'
import { insertProduct } from './support/catalog.ts'
import { eventually } from './support/eventually.ts'
import { clientWith, failureOf, startTwoApps } from './support/staff.ts'

let shops: Awaited<ReturnType<typeof startTwoApps>>
let shop: TestApp
let there: TestApp
beforeAll(async () => {
  shops = await startTwoApps({ CACHE_SEAL_KEY: randomBytes(32).toString('hex'), DB_ACQUIRE_TIMEOUT_MS: '15000' })
  shop = shops.here
  there = shops.there
})
afterAll(() => shops.stop())

const hashOf = (token: string) => createHash('sha256').update(token).digest()
const count = (app: TestApp, type: string) =>
  app.events.filter((event) => event.type === type && 'cache' in event && event.cache === 'session').length
const me = (app: TestApp, token: string) => clientWith(app, token).session.me.query()

describe('a session', () => {
  it('given a guest, when asked who they are in another process, then it is known there without a query', async () => {
    const { token, user, expiresAt } = await shop.trpc.session.guest.mutate()
    const before = count(there, 'load')
    expect(await me(there, token)).toEqual({
      session: { id: expect.any(String), kind: 'guest', expiresAt },
      user: null,
    })
    expect([user, count(there, 'load') - before]).toEqual([null, 0])
  })

  it('given a session, when used again and again, then each costs one question to Redis and none to Postgres', async () => {
    const { token } = await shop.trpc.session.guest.mutate()
    await me(shop, token)
    const [hits, loads] = [count(shop, 'hit'), count(shop, 'load')]
    for (let index = 0; index < 20; index++) await me(shop, token)
    expect([count(shop, 'hit') - hits, count(shop, 'load') - loads]).toEqual([20, 0])
  })

  it('given a user, when registered, then the database has the hash of the token, and nowhere the token', async () => {
    const email = 'where@example.com'
    const { token } = await shop.trpc.session.register.mutate({ email, password: rightPassword, name: 'Where' })
    const { rows } = await shop.sql.query('SELECT * FROM session WHERE token_hash = $1', [hashOf(token)])
    expect(rows).toHaveLength(1)
    const { rows: all } = await shop.sql.query(
      `SELECT (SELECT json_agg(s)::text FROM session s) || (SELECT json_agg(a)::text FROM audit_log a) AS text`,
    )
    expect(all[0].text).not.toContain(token)
    expect(all[0].text).not.toContain(email)
  })

  it.each(['', 'x', 'a'.repeat(42), 'a'.repeat(44), 'a'.repeat(43), 'a'.repeat(100_00), "'; DROP TABLE session; --"])(
    'given the token %j, when sent, then 401 TOKEN_INVALID, and an open procedure does not look at it',
    async (token) => {
      const headers = { authorization: `Bearer ${token}` }
      const answer = await fetch(`${shop.base}/trpc/session.me`, { headers })
      expect([
        answer.status,
        ((await answer.json()) as { error: { data: { reason: string } } }).error.data.reason,
      ]).toEqual([401, 'TOKEN_INVALID'])
      expect((await fetch(`${shop.base}/trpc/catalog.category.tree`, { headers })).status).toBe(200)
    },
  )

  it('given one unknown token a hundred times, when asked for in two processes, then Postgres was asked once', async () => {
    const token = randomBytes(32).toString('base64url')
    const before = count(shop, 'load') + count(there, 'load')
    const known = await Promise.all(Array.from({ length: 100 }, (_, index) => isKnown(index % 2 ? shop : there, token)))
    expect(known.every((each) => !each)).toBe(true)
    expect(count(shop, 'load') + count(there, 'load') - before).toBe(1)
  })

  it('given a token with any one character changed, when sent, then it is nobody’s', async () => {
    const { token } = await shop.trpc.session.guest.mutate()
    for (let at = 0; at < token.length; at += 7) {
      const tampered = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      expect(await isKnown(shop, tampered)).toBe(false)
    }
    expect(await isKnown(shop, token)).toBe(true)
  })
})

describe('from guest to user', () => {
  it('given a guest, when they log in or register, then the token is new, and the old one is nobody’s (fixation)', async () => {
    for (const enter of ['login', 'register'] as const) {
      const guest = await shop.trpc.session.guest.mutate()
      const account = enter === 'login' ? await insertAccount(shop) : { email: 'from-guest@example.com' }
      const { session } = clientWith(shop, guest.token)
      const input = { email: account.email, password: rightPassword }
      const opened =
        enter === 'login' ? await session.login.mutate(input) : await session.register.mutate({ ...input, name: 'X' })
      expect(opened.token).not.toBe(guest.token)
      expect(await isKnown(there, guest.token)).toBe(false)
      const { rows } = await shop.sql.query(
        'SELECT a.guest_id = b.guest_id AS same, a.revoked_reason AS reason FROM session a, session b WHERE a.token_hash = $1 AND b.token_hash = $2',
        [hashOf(guest.token), hashOf(opened.token)],
      )
      expect(rows).toEqual([{ same: true, reason: enter }])
    }
  })

  it('given a guest with a reservation, when they log in, then it is there, and can be committed', async () => {
    await insertProduct(shop.sql, { slug: 'mug' })
    const { rows } =
      await shop.sql.query(`WITH l AS (INSERT INTO location (code, title) VALUES ('main', 'Main') RETURNING id)
      INSERT INTO stock_level (variant_id, location_id, on_hand) SELECT v.id, l.id, 5 FROM variant v, l RETURNING variant_id`)
    const variantId = rows[0].variant_id
    const guest = await shop.trpc.session.guest.mutate()
    const { id } = await clientWith(shop, guest.token).inventory.reservation.create.mutate({
      lines: [{ variantId, quantity: 1 }],
      ttlSeconds: 60,
      idempotencyKey: 'guest',
    })
    const account = await insertAccount(shop)
    const { token } = await clientWith(shop, guest.token).session.login.mutate({
      email: account.email,
      password: rightPassword,
    })
    expect(await clientWith(there, token).inventory.reservation.byId.query({ id })).toMatchObject({ status: 'active' })
    expect(await clientWith(there, token).inventory.reservation.commit.mutate({ id })).toMatchObject({
      status: 'committed',
    })
  })
})

describe('last seen', () => {
  it('given a thousand requests, when written, then it is one statement, the idle expiry moves on, and caches stay', async () => {
    const { token } = await shop.trpc.session.guest.mutate()
    await shop.sql.query(
      `UPDATE session SET last_seen_at = now() - interval '1 hour', idle_expires_at = now() + interval '2 hours'
       WHERE token_hash = $1`,
      [hashOf(token)],
    )
    await eventually(async () => expect((await shop.sql.query('SELECT FROM outbox')).rowCount).toBe(0))
    for (let index = 0; index < 100; index++) await me(shop, token)
    const loads = count(shop, 'load')
    await shop.app.sessions.seen.flush()
    const { rows } = await shop.sql.query(
      `SELECT extract(epoch FROM now() - last_seen_at) < 30 AS seen,
         extract(epoch FROM idle_expires_at - now()) BETWEEN 3 * 3600 - 60 AND 3 * 3600 AS moved FROM session WHERE token_hash = $1`,
      [hashOf(token)],
    )
    expect(rows).toEqual([{ seen: true, moved: true }])
    expect((await shop.sql.query('SELECT FROM outbox')).rowCount).toBe(0)
    await me(shop, token)
    expect(count(shop, 'load')).toBe(loads)
  })

  it('given a session that is over, when seen late, then it stays over', async () => {
    const { token } = await shop.trpc.session.guest.mutate()
    await me(shop, token)
    await shop.sql.query('UPDATE session SET revoked_at = now() WHERE token_hash = $1', [hashOf(token)])
    const before = await shop.sql.query('SELECT idle_expires_at FROM session WHERE token_hash = $1', [hashOf(token)])
    await shop.app.sessions.seen.flush()
    const after = await shop.sql.query('SELECT idle_expires_at FROM session WHERE token_hash = $1', [hashOf(token)])
    expect(after.rows).toEqual(before.rows)
  })
})

describe('REST', () => {
  it('given POST /api/sessions, when right, then 201 with token and cookie; when wrong, a typed 4xx', async () => {
    const { email } = await insertAccount(shop)
    const send = (body: string) =>
      fetch(`${shop.base}/api/sessions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const made = await send(JSON.stringify({ email, password: rightPassword }))
    const { token } = (await made.json()) as { token: string }
    expect([made.status, made.headers.getSetCookie().length]).toEqual([201, 1])
    const headers = { authorization: `Bearer ${token}` }
    const who = await fetch(`${shop.base}/api/sessions/current`, { headers })
    expect(await who.json()).toMatchObject({ session: { kind: 'user' }, user: { role: 'customer' } })
    expect((await fetch(`${shop.base}/api/sessions/current`, { method: 'DELETE', headers })).status).toBe(200)
    expect((await fetch(`${shop.base}/api/sessions/current`, { headers })).status).toBe(401)
    for (const [body, status] of [
      [JSON.stringify({ email, password: 'wrong' }), 401],
      ['{}', 400],
      ['{', 400],
      ['null', 400],
      [JSON.stringify({ email, password: 'x'.repeat(70_000) }), 413],
    ] as const) {
      expect((await send(body)).status, body.slice(0, 50)).toBe(status)
    }
  })

  it('given a customer, when they read their own profile, and another’s, then the one, and 403', async () => {
    const [one, other] = [await insertAccount(shop), await insertAccount(shop)]
    const { token } = await login(shop, one.email)
    const get = async (id: string) =>
      (await fetch(`${shop.base}/api/users/${id}`, { headers: { authorization: `Bearer ${token}` } })).status
    expect([await get(one.id), await get(other.id), await get(crypto.randomUUID())]).toEqual([200, 403, 403])
    const { profile } = clientWith(shop, token)
    expect(await profile.update.mutate({ userId: one.id, expectedVersion: 1, name: 'Me' })).toMatchObject({
      name: 'Me',
    })
    const others = profile.update.mutate({ userId: other.id, expectedVersion: 1, name: 'Me' })
    expect(await failureOf(others)).toMatchObject({ code: 'FORBIDDEN', reason: 'ROLE_REQUIRED' })
  })
})
