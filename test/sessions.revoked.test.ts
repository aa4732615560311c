import { createHash, randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { insertAccount, isKnown, login } from './support/accounts.ts'
import { adminToken, startTestApp, type TestApp } from './support/app.ts'
import { freshDatabase } from './support/database.ts'
import { eventually } from './support/eventually.ts'
import { ownRedis } from './support/redis.ts'
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

describe('[G9] a revoked session', () => {
  it('given several, when one, or all others, are revoked, then they are refused in every process once it is answered', async () => {
    const { email } = await insertAccount(shop)
    const tokens = []
    for (let index = 0; index < 4; index++) tokens.push((await login(index % 2 ? shop : there, email)).token)
    const [mine = '', second = '', ...rest] = tokens
    for (const app of [shop, there]) for (const token of tokens) expect(await isKnown(app, token)).toBe(true)
    const { session } = clientWith(shop, mine)
    const { items } = await session.list.query()
    expect(items).toHaveLength(4)
    expect(items.filter(({ current }) => current)).toHaveLength(1)
    const { session: secondOne } = await me(shop, second)
    await session.revoke.mutate({ id: secondOne.id })
    for (const app of [shop, there]) expect(await isKnown(app, second)).toBe(false)
    expect(await session.revokeOthers.mutate()).toEqual({ revoked: 2 })
    for (const app of [shop, there]) for (const token of rest) expect(await isKnown(app, token)).toBe(false)
    expect(await isKnown(there, mine)).toBe(true)
    expect((await session.list.query()).items).toHaveLength(1)
  })

  it('given somebody else’s session, when revoked, then SESSION_NOT_FOUND, and it goes on', async () => {
    const [one, other] = [await insertAccount(shop), await insertAccount(shop)]
    const [mine, theirs] = [await login(shop, one.email), await login(shop, other.email)]
    const { session } = await me(shop, theirs.token)
    const revoke = clientWith(shop, mine.token).session.revoke.mutate({ id: session.id })
    expect(await failureOf(revoke)).toMatchObject({ code: 'NOT_FOUND', reason: 'SESSION_NOT_FOUND' })
    expect(await isKnown(shop, theirs.token)).toBe(true)
  })

  it('given loads of a session under way in two processes, when it is revoked, then neither is stored over it', async () => {
    const { token } = await shop.trpc.session.guest.mutate()
    const key = `${shop.prefix}:v:session:{${hashOf(token).toString('hex')}}`
    const redis = new Redis(inject('redisUrl'))
    onTestFinished(() => redis.disconnect())
    expect(await redis.del(key)).toBe(1)
    // The loads are held up by a lock, and go on beside the revocation.
    const holder = await shop.sql.connect()
    await holder.query('BEGIN; LOCK TABLE session IN ACCESS EXCLUSIVE MODE')
    const reads = [isKnown(shop, token), isKnown(there, token)]
    await eventually(() => expect(count(shop, 'lease-won') + count(there, 'lease-won')).toBeGreaterThan(0))
    await eventually(async () => {
      const { rows } = await shop.sql.query(`SELECT count(*)::int AS waiting FROM pg_locks
        WHERE NOT granted AND relation = 'session'::regclass`)
      expect(rows[0].waiting).toBeGreaterThan(0)
    })
    await holder.query('ROLLBACK')
    holder.release()
    const logout = clientWith(there, token).session.logout.mutate()
    await Promise.all([...reads, logout])
    expect(await isKnown(shop, token)).toBe(false)
    expect(await isKnown(there, token)).toBe(false)
  })

  it('given a hundred rounds of reads against a logout, when it is answered, then no process lets it in again', async () => {
    for (let round = 0; round < 100; round++) {
      const { token } = await shop.trpc.session.guest.mutate()
      const key = `${shop.prefix}:v:session:{${hashOf(token).toString('hex')}}`
      if (round % 2) await shop.app.cache.admin.invalidate('session', [hashOf(token).toString('hex')])
      const reads = Array.from({ length: 6 }, (_, index) => isKnown(index % 2 ? shop : there, token))
      await clientWith(shop, token).session.logout.mutate()
      expect([await isKnown(shop, token), await isKnown(there, token)], key).toEqual([false, false])
      await Promise.all(reads)
      expect([await isKnown(shop, token), await isKnown(there, token)], key).toEqual([false, false])
    }
  }, 60_000)

  it('given a session, when revoked, ended or deleted by SQL, then it is refused within the second, as is a role that changed', async () => {
    for (const sql of [
      `UPDATE session SET revoked_at = now() WHERE token_hash = $1`,
      `UPDATE session SET expires_at = now() WHERE token_hash = $1`,
      `UPDATE session SET idle_expires_at = now() - interval '1 hour' WHERE token_hash = $1`,
      `DELETE FROM session WHERE token_hash = $1`,
      `UPDATE app_user SET role = 'staff' WHERE id = (SELECT user_id FROM session WHERE token_hash = $1)`,
      `UPDATE app_user SET status = 'disabled' WHERE id = (SELECT user_id FROM session WHERE token_hash = $1)`,
      `DELETE FROM app_user WHERE id = (SELECT user_id FROM session WHERE token_hash = $1)`,
    ]) {
      const { email } = await insertAccount(shop)
      const { token } = await login(shop, email)
      expect([await isKnown(shop, token), await isKnown(there, token)]).toEqual([true, true])
      await shop.sql.query(sql, [hashOf(token)])
      await eventually(async () =>
        expect([await isKnown(shop, token), await isKnown(there, token)], sql).toEqual([false, false]),
      )
    }
  })

  it('given an admin, when they change a role or disable somebody, then all of their sessions are over', async () => {
    const admin = clientWith(shop, adminToken).user
    const { id, email } = await insertAccount(shop)
    const first = await login(shop, email)
    expect(await admin.setRole.mutate({ userId: id, role: 'staff' })).toMatchObject({ id, role: 'staff' })
    expect(await isKnown(there, first.token)).toBe(false)
    const second = await login(there, email)
    expect(second.user?.role).toBe('staff')
    await admin.disable.mutate({ userId: id })
    expect(await isKnown(there, second.token)).toBe(false)
    expect(await failureOf(login(there, email))).toMatchObject({ reason: 'CREDENTIALS_INVALID' })
    await admin.enable.mutate({ userId: id })
    expect(await isKnown(there, second.token)).toBe(false)
    expect((await login(there, email)).user?.id).toBe(id)
    const { rows } = await shop.sql.query(
      `SELECT action, detail FROM audit_log WHERE subject_id = $1 AND action LIKE 'user.%' ORDER BY id`,
      [id],
    )
    expect(rows).toEqual([
      { action: 'user.role', detail: { role: 'staff' } },
      { action: 'user.status', detail: { status: 'disabled' } },
      { action: 'user.status', detail: { status: 'active' } },
    ])
    const { items } = await admin.list.query({ email })
    expect(items).toMatchObject([{ id, email, role: 'staff', status: 'active' }])
    const own = await me(shop, adminToken)
    expect(await failureOf(admin.disable.mutate({ userId: own.user?.id ?? '' }))).toMatchObject({
      reason: 'NOT_YOURSELF',
    })
  })
})

describe('[G9] a session that is not revoked', () => {
  it('given Redis flushed, dead, or back, when asked, then nobody is logged out, and who was revoked meanwhile stays out', async () => {
    const database = await freshDatabase()
    onTestFinished(() => database.drop())
    const redis = await ownRedis()
    const env = { DATABASE_URL: database.url, REDIS_URL: redis.url, CACHE_PREFIX: 'own' }
    const [one, two] = [await startTestApp(env), await startTestApp(env)]
    onTestFinished(async () => {
      await one.stop()
      await two.stop()
    })
    const { email } = await insertAccount(one)
    const [kept, gone] = [await login(one, email), await login(one, email)]
    const client = new Redis(redis.url)
    await client.flushall()
    client.disconnect()
    for (const app of [one, two]) expect(await isKnown(app, kept.token)).toBe(true)
    expect(await isKnown(two, gone.token)).toBe(true)
    await redis.stop()
    for (const app of [one, two]) expect(await isKnown(app, kept.token)).toBe(true)
    await clientWith(one, gone.token).session.logout.mutate()
    for (const app of [one, two]) expect(await isKnown(app, gone.token)).toBe(false)
    const { token } = await login(two, email)
    expect(await isKnown(one, token)).toBe(true)
    await redis.start()
    await eventually(() => expect(one.app.redis.isUp() && two.app.redis.isUp()).toBe(true))
    await eventually(async () => expect((await one.sql.query('SELECT FROM outbox')).rowCount).toBe(0))
    for (const app of [one, two]) {
      expect([await isKnown(app, kept.token), await isKnown(app, gone.token)]).toEqual([true, false])
    }
  }, 60_000)
})
