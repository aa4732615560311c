import { randomBytes } from 'node:crypto'
import { Writable } from 'node:stream'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { insertAccount, isKnown, login, post, rightPassword } from './support/accounts.ts'
import { startTestApp, type TestApp } from './support/app.ts'
import { clientWith, startTwoApps } from './support/staff.ts'

let shops: Awaited<ReturnType<typeof startTwoApps>>
let shop: TestApp
beforeAll(async () => {
  shops = await startTwoApps({ CACHE_SEAL_KEY: randomBytes(32).toString('hex'), DB_ACQUIRE_TIMEOUT_MS: '15000' })
  shop = shops.here
})
afterAll(() => shops.stop())

describe('[G11] secrets', () => {
  it('given logins, sessions and failures, when every key and value in Redis, metrics and the log are read, then there is none', async () => {
    const lines: string[] = []
    const log = new Writable({
      write: (chunk, _encoding, done) => {
        lines.push(String(chunk))
        done()
      },
    })
    const CACHE_SEAL_KEY = randomBytes(32).toString('hex')
    const lone = await startTestApp({ CACHE_SEAL_KEY, LOG_LEVEL: 'debug' }, log)
    onTestFinished(() => lone.stop())
    const { email } = await insertAccount(lone, { email: 'grace.hopper@people.example' })
    const { token } = await login(lone, email)
    await isKnown(lone, token)
    const wrong = await post(lone, 'session.login', {
      body: JSON.stringify({ email, password: 'wrong-password-9876' }),
    })
    const cookie = `__Host-session=${token}`
    await post(lone, 'session.revoke', { headers: { cookie, authorization: `Bearer ${token}x` } })
    await clientWith(lone, token).session.changePassword.mutate({
      password: rightPassword,
      newPassword: 'a brand new password',
    })
    await login(lone, email, 'a brand new password')
    const { rows } = await lone.sql.query('SELECT password_hash FROM credential')
    const redis = new Redis(inject('redisUrl'))
    onTestFinished(() => redis.disconnect())
    const keys = (await redis.keys('*')).filter((key) => key.startsWith(lone.prefix))
    expect(keys.some((key) => key.includes(':v:credential:'))).toBe(true)
    expect(keys.some((key) => key.includes(':v:session:'))).toBe(true)
    const values = await Promise.all(
      keys.map(async (key) => ((await redis.type(key)) === 'string' ? await redis.getBuffer(key) : null)),
    )
    const metrics = await (await fetch(`${lone.base}/metrics`)).text()
    const all = [
      ...keys,
      ...values.map((value) => value?.toString('latin1') ?? ''),
      ...lines,
      metrics,
      wrong.text,
    ].join('\n')
    for (const secret of [
      token,
      email,
      'hopper',
      'argon2id',
      rows[0].password_hash,
      'wrong-password-9876',
      rightPassword,
    ]) {
      expect(all.includes(secret), secret).toBe(false)
    }
    expect(lines.length).toBeGreaterThan(3)
  })

  it('given the audit log, when somebody changes or deletes of it, then Postgres refuses', async () => {
    await expect(shop.sql.query(`UPDATE audit_log SET action = 'x'`)).rejects.toThrow('only added to')
    await expect(shop.sql.query('DELETE FROM audit_log')).rejects.toThrow('only added to')
    await expect(shop.sql.query('TRUNCATE audit_log')).rejects.toThrow('only added to')
  })
})
