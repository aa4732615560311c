import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { isOutdated } from '../src/sessions/password/argon2.ts'
import { createPasswords } from '../src/sessions/password/passwords.ts'
import { insertAccount, isKnown, login, post, rightPassword } from './support/accounts.ts'
import { passwordCost, startTestApp, type TestApp } from './support/app.ts'
import { eventually } from './support/eventually.ts'
import { clientWith, failureOf, startTwoApps } from './support/staff.ts'

let shops: Awaited<ReturnType<typeof startTwoApps>>
let shop: TestApp
beforeAll(async () => {
  shops = await startTwoApps({ CACHE_SEAL_KEY: randomBytes(32).toString('hex'), DB_ACQUIRE_TIMEOUT_MS: '15000' })
  shop = shops.here
})
afterAll(() => shops.stop())

const refused = { code: 'UNAUTHORIZED', reason: 'CREDENTIALS_INVALID' }
const loads = (app: TestApp) =>
  app.events.filter((event) => event.type === 'load' && event.cache === 'credential').length

describe('session.register', () => {
  it('given an address, when registered, then it is somebody, and the address is taken in any case', async () => {
    const { register } = shop.trpc.session
    const opened = await register.mutate({ email: '  Ada@Example.COM ', password: rightPassword, name: 'Ada' })
    expect(opened.user).toEqual({ id: expect.any(String), email: 'ada@example.com', name: 'Ada', role: 'customer' })
    expect(await isKnown(shops.there, opened.token)).toBe(true)
    const again = register.mutate({ email: 'ada@EXAMPLE.com', password: rightPassword, name: 'Eve' })
    expect(await failureOf(again)).toMatchObject({ code: 'CONFLICT', reason: 'EMAIL_TAKEN', field: 'email' })
  })

  it('given twenty who register one address at once, when done, then one has it, and nobody else a session', async () => {
    const before = await shop.sql.query('SELECT count(*)::int AS n FROM session')
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? shop : shops.there).trpc.session.register.mutate({
          email: 'race@example.com',
          password: rightPassword,
          name: 'Racer',
        }),
      ),
    )
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const after = await shop.sql.query('SELECT count(*)::int AS n FROM session')
    expect(after.rows[0].n - before.rows[0].n).toBe(1)
  })

  it.each([
    [{ password: 'short' }, 'INVALID_INPUT'],
    [{ password: '1234567' }, 'INVALID_INPUT'],
    [{ password: 'Password123' }, 'PASSWORD_COMMON'],
    [{ password: 'x'.repeat(129) }, 'INVALID_INPUT'],
    [{ password: 'x'.repeat(1_000_000) }, 'INVALID_INPUT'],
    [{ password: '\ud800 with half a character' }, 'INVALID_INPUT'],
    [{ email: `${'a'.repeat(250)}@x.example` }, 'INVALID_INPUT'],
    [{ email: 'аda@example.com' }, 'INVALID_INPUT'], // a Cyrillic а
    [{ email: 'ada@exаmple.com' }, 'INVALID_INPUT'],
    [{ email: 'ada\u200b@example.com' }, 'INVALID_INPUT'],
    [{ email: 'ada@example.com\r\nBcc: x@example.com' }, 'INVALID_INPUT'],
    [{ name: 'A\r\nSet-Cookie: x=1' }, 'INVALID_INPUT'],
    [{ role: 'admin' }, 'INVALID_INPUT'],
  ])('given %j, when registered, then %s, and nothing is written', async (wrong, reason) => {
    const count = async () => (await shop.sql.query('SELECT count(*)::int AS n FROM app_user')).rows
    const before = await count()
    const input = { email: 'new@example.com', password: rightPassword, name: 'New', ...wrong }
    expect(await failureOf(shop.trpc.session.register.mutate(input as never))).toMatchObject({ reason })
    expect(await count()).toEqual(before)
  })

  it.each(['pass wörd ünd', '密码密码密码密码', '🐎🔋🪝🐎🔋🪝🐎🔋', ' spaces around it '])(
    'given the password %j, when registered, then one logs in with it, and with nothing near it',
    async (password) => {
      const email = `${randomBytes(8).toString('hex')}@example.com`
      await shop.trpc.session.register.mutate({ email, password, name: 'X' })
      expect((await login(shop, email, password)).user?.email).toBe(email)
      expect((await login(shop, email, password.normalize('NFD'))).user?.email).toBe(email)
      expect(await failureOf(login(shop, email, `${password} `))).toMatchObject(refused)
    },
  )
})

describe('session.login', () => {
  it('given unknown, wrong, disabled and without a password, when tried, then all are told the same, and it is logged', async () => {
    const account = await insertAccount(shop)
    const disabled = await insertAccount(shop)
    await shop.sql.query(`UPDATE app_user SET status = 'disabled' WHERE id = $1`, [disabled.id])
    await shop.sql.query(`INSERT INTO app_user (email, name) VALUES ('no-password@example.com', 'X')`)
    const answers = []
    for (const [email, password] of [
      ['nobody@example.com', rightPassword],
      [account.email, 'a wrong password'],
      [disabled.email, rightPassword],
      ['no-password@example.com', rightPassword],
    ] as const) {
      const { status, text } = await post(shop, 'session.login', { body: JSON.stringify({ email, password }) })
      answers.push([status, text.replace(/"requestId":"[^"]*"/, '')])
    }
    expect(new Set(answers.map(String)).size).toBe(1)
    expect(answers[0]?.[0]).toBe(401)
    const { rows } = await shop.sql.query(
      `SELECT subject_id, detail FROM audit_log WHERE action = 'login.failed' ORDER BY id DESC LIMIT 4`,
    )
    expect(rows.map(({ subject_id }) => subject_id).reverse()).toEqual([null, account.id, null, null])
    expect(JSON.stringify(rows)).not.toMatch(/@/)
  })

  it('[G10] given thousands of right and wrong passwords for one account at once, when answered, then each got its due', async () => {
    const { email } = await insertAccount(shop)
    const tries = Array.from({ length: 2_000 }, (_, index) => index % 2 === 0)
    const answers: boolean[] = []
    const wave = async (some: boolean[]) => {
      const all = some.map((right, index) =>
        login(index % 3 ? shop : shops.there, email, right ? rightPassword : `${rightPassword}${index % 5}`).then(
          () => true,
          (error) => (error.data?.reason === 'CREDENTIALS_INVALID' ? false : Promise.reject(error)),
        ),
      )
      answers.push(...(await Promise.all(all)))
    }
    for (let at = 0; at < tries.length; at += 100) await wave(tries.slice(at, at + 100))
    expect(answers).toEqual(tries)
  }, 60_000)

  it('given 200 logins of one account in two processes, when done, then its credential was read once', async () => {
    const { email } = await insertAccount(shop)
    const before = loads(shop) + loads(shops.there)
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, index) => login(index % 2 ? shop : shops.there, email)),
    )
    expect(new Set(all.map(({ token }) => token)).size).toBe(200)
    expect(loads(shop) + loads(shops.there) - before).toBe(1)
  })

  it('given a password that is changed by SQL, when logged in, then the old one is refused at once, cached or not', async () => {
    const account = await insertAccount(shop)
    await login(shop, account.email)
    const other = await insertAccount(shop, { password: 'quite another one' })
    await shop.sql.query(
      `UPDATE credential SET password_hash = (SELECT password_hash FROM credential WHERE user_id = $2) WHERE user_id = $1`,
      [account.id, other.id],
    )
    expect(await failureOf(login(shop, account.email))).toMatchObject(refused)
    await eventually(async () =>
      expect((await login(shop, account.email, 'quite another one')).user?.id).toBe(account.id),
    )
  })

  it('given a hash of another cost, when logged in, then it is made anew, and logs in again', async () => {
    const { id, email } = await insertAccount(shop)
    const old = (await createPasswords({ cost: { ...passwordCost, passes: 2 } }).hash(rightPassword)) as string
    await shop.sql.query('UPDATE credential SET password_hash = $2 WHERE user_id = $1', [id, old])
    await eventually(async () => expect((await login(shop, email)).user?.id).toBe(id))
    const { rows } = await shop.sql.query('SELECT password_hash FROM credential WHERE user_id = $1', [id])
    expect(isOutdated(rows[0].password_hash, passwordCost)).toBe(false)
    await login(shops.there, email)
  })

  it('given a batch of logins, when sent as one request, then each is judged by itself, and one cookie is set', async () => {
    const { email } = await insertAccount(shop)
    const path = ['session.login', 'session.login', 'session.login'].join(',')
    const body = {
      0: { email, password: 'wrong one' },
      1: { email, password: rightPassword },
      2: { email, password: 'no' },
    }
    const response = await fetch(`${shop.base}/trpc/${path}?batch=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answers = (await response.json()) as { error?: unknown }[]
    expect(answers.map(({ error }) => Boolean(error))).toEqual([true, false, true])
    expect(response.headers.getSetCookie()).toHaveLength(1)
  })

  it('given no seal key, when logged in twice, then each reads the credential, and nothing of it is kept', async () => {
    const unsealed = await startTestApp()
    onTestFinished(() => unsealed.stop())
    const { email } = await insertAccount(unsealed)
    await login(unsealed, email)
    await login(unsealed, email)
    expect(loads(unsealed)).toBe(2)
  })

  it('given logins, when counted, then the metric has every outcome from the start', async () => {
    const lone = await startTestApp()
    onTestFinished(() => lone.stop())
    const text = async () =>
      (await (await fetch(`${lone.base}/metrics`)).text()).match(/session_logins_total{[^}]*} \d+/g)
    expect((await text())?.sort()).toEqual(
      ['limited', 'ok', 'overloaded', 'refused'].map((outcome) => `session_logins_total{outcome="${outcome}"} 0`),
    )
    await failureOf(login(lone, 'nobody@example.com'))
    expect(await text()).toContain('session_logins_total{outcome="refused"} 1')
  })
})

describe('session.changePassword', () => {
  it('given several sessions, when the password is changed, then all are refused everywhere, and a new token is given', async () => {
    const { email } = await insertAccount(shop)
    const [mine, other] = [await login(shop, email), await login(shops.there, email)]
    const change = { password: rightPassword, newPassword: 'another long password' }
    const changed = await clientWith(shop, mine.token).session.changePassword.mutate(change)
    for (const app of [shop, shops.there]) {
      expect(await isKnown(app, mine.token)).toBe(false)
      expect(await isKnown(app, other.token)).toBe(false)
      expect(await isKnown(app, changed.token)).toBe(true)
      expect(await failureOf(login(app, email))).toMatchObject(refused)
    }
    expect((await login(shops.there, email, change.newPassword)).user?.email).toBe(email)
  })

  it.each([
    [{ password: 'a wrong password' }, 'CREDENTIALS_INVALID'],
    [{ newPassword: 'password123' }, 'PASSWORD_COMMON'],
    [{ newPassword: rightPassword }, 'PASSWORD_SAME'],
    [{ newPassword: 'short' }, 'INVALID_INPUT'],
  ])('given %j, when changed, then %s, and the session goes on', async (wrong, reason) => {
    const { email } = await insertAccount(shop)
    const { token } = await login(shop, email)
    const input = { password: rightPassword, newPassword: 'another long password', ...wrong }
    expect(await failureOf(clientWith(shop, token).session.changePassword.mutate(input))).toMatchObject({ reason })
    expect(await isKnown(shop, token)).toBe(true)
    expect((await login(shop, email)).user?.email).toBe(email)
  })

  it('given logins, revocations and two changes at once, when done, then only the newest password and its sessions count', async () => {
    for (let round = 0; round < 10; round++) {
      const { email, id } = await insertAccount(shop)
      const { token } = await login(shop, email)
      const them = [clientWith(shop, token).session, clientWith(shops.there, token).session] as const
      const outcomes = await Promise.allSettled([
        them[0].changePassword.mutate({ password: rightPassword, newPassword: 'the first new one' }),
        them[1].changePassword.mutate({ password: rightPassword, newPassword: 'the second new one' }),
        login(shop, email),
        login(shops.there, email),
        them[1].revokeOthers.mutate(),
      ])
      const [first, second, ...logins] = outcomes
      expect([first, second].filter((each) => each?.status === 'fulfilled')).toHaveLength(1)
      for (const each of logins.slice(0, 2)) {
        // Whoever got in with the old password came before the change, and is out by now.
        if (each?.status === 'fulfilled')
          expect(await isKnown(shop, (each.value as { token: string }).token)).toBe(false)
      }
      expect(await failureOf(login(shop, email))).toMatchObject(refused)
      const { rows } = await shop.sql.query(
        'SELECT count(*)::int AS living FROM session WHERE user_id = $1 AND revoked_at IS NULL',
        [id],
      )
      expect(rows[0].living).toBeLessThanOrEqual(1)
    }
  })
})
