import { randomBytes, randomUUID } from 'node:crypto'
import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import type { AppRouter } from '../src/app.ts'
import { startTestApp, staffToken, type TestApp } from './support/app.ts'
import { eventually } from './support/eventually.ts'

const unknown = '01890a5d-ac96-774b-bcce-b302099a8057'
const as = (shop: TestApp, token: string | undefined = staffToken) => {
  const headers = token ? { authorization: `Bearer ${token}` } : {}
  return createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: `${shop.base}/trpc`, headers })] }).profile
}
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => (error instanceof TRPCClientError ? error.data : error),
  )
const count = (shop: TestApp, type: string, cache = 'profile') =>
  shop.events.filter((event) => event.type === type && 'cache' in event && event.cache === cache).length

async function insertUser(shop: TestApp, email = `${randomUUID()}@example.com`): Promise<string> {
  const { rows } = await shop.sql.query(`INSERT INTO app_user (email, name) VALUES ($1, 'Ada Lovelace') RETURNING id`, [
    email,
  ])
  return rows[0].id
}

let shop: TestApp
const prefix = randomUUID().slice(0, 8)
const CACHE_SEAL_KEY = randomBytes(32).toString('base64')
beforeAll(async () => {
  shop = await startTestApp({ CACHE_SEAL_KEY, CACHE_PREFIX: prefix })
})
afterAll(() => shop.stop())

describe('profile.get', () => {
  it('given a user, when read by tRPC and REST, then both answer the same, and there is no third field of anything', async () => {
    const userId = await insertUser(shop, 'Ada@Example.com')
    const profile = await as(shop).get.query({ userId })
    expect(profile).toEqual({
      id: userId,
      email: 'Ada@Example.com',
      name: 'Ada Lovelace',
      locale: 'en',
      currency: 'USD',
      phone: null,
      marketing: false,
      version: 1,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    })
    const rest = await fetch(`${shop.base}/api/users/${userId.toUpperCase()}`, {
      headers: { authorization: `Bearer ${staffToken}` },
    })
    expect([rest.status, await rest.json()]).toEqual([200, profile])
  })

  it.each([
    ['/api/users/nobody', staffToken, 400, 'INVALID_INPUT'],
    ['/api/users/%00', staffToken, 400, 'INVALID_INPUT'],
    [`/api/users/${unknown}`, staffToken, 404, 'USER_NOT_FOUND'],
    [`/api/users/${unknown}`, undefined, 401, 'TOKEN_REQUIRED'],
    [`/api/users/${unknown}`, 'somebody-elses-token', 401, 'TOKEN_INVALID'],
  ])('given GET %s with the token %s, when answered, then %i %s', async (path, token, status, reason) => {
    const headers = token ? { authorization: `Bearer ${token}` } : {}
    const response = await fetch(shop.base + path, { headers })
    expect([response.status, ((await response.json()) as { error: { reason: string } }).error.reason]).toEqual([
      status,
      reason,
    ])
  })
})

describe('profile.update', () => {
  it('given some fields, when updated, then those change, the version rises, and the next read shows it', async () => {
    const userId = await insertUser(shop)
    await as(shop).get.query({ userId })
    const changed = await as(shop).update.mutate({
      userId,
      expectedVersion: 1,
      name: '  Ada King ',
      locale: 'de-at',
      currency: 'EUR',
      phone: '+4366012345678',
      marketing: true,
    })
    expect(changed).toMatchObject({
      name: 'Ada King',
      locale: 'de-AT',
      currency: 'EUR',
      phone: '+4366012345678',
      marketing: true,
      version: 2,
    })
    expect(await as(shop).get.query({ userId })).toEqual(changed)
    const again = await as(shop).update.mutate({ userId, expectedVersion: 2, phone: null })
    expect(again).toMatchObject({ name: 'Ada King', phone: null, marketing: true, version: 3 })
    expect(await as(shop).get.query({ userId })).toEqual(again)
  })

  it('given twenty updates of the same version at once, when made, then one wins, the others learn the present version', async () => {
    const userId = await insertUser(shop)
    const updates = Array.from({ length: 20 }, (_, index) =>
      as(shop).update.mutate({ userId, expectedVersion: 1, name: `Name ${index}` }),
    )
    const outcomes = await Promise.allSettled(updates)
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason.data)
    expect(lost).toHaveLength(19)
    for (const data of lost) {
      expect(data).toMatchObject({ code: 'CONFLICT', httpStatus: 409, reason: 'VERSION_CONFLICT', currentVersion: 2 })
    }
    expect(await as(shop).get.query({ userId })).toMatchObject({ version: 2 })
  })

  it('given no such user, or no token, when updated, then it is refused', async () => {
    const change = { userId: unknown, expectedVersion: 1, name: 'X' }
    expect(await failure(as(shop).update.mutate(change))).toMatchObject({ code: 'NOT_FOUND', reason: 'USER_NOT_FOUND' })
    expect(await failure(as(shop, '').update.mutate(change))).toMatchObject({ reason: 'TOKEN_REQUIRED' })
  })

  it.each([
    [{ expectedVersion: 0 }, 'expectedVersion'],
    [{ expectedVersion: 2 ** 31 }, 'expectedVersion'],
    [{ expectedVersion: 1.5 }, 'expectedVersion'],
    [{ name: '' }, 'name'],
    [{ name: 'a\0b' }, 'name'],
    [{ name: 'x'.repeat(201) }, 'name'],
    [{ locale: 'not a language' }, 'locale'],
    [{ locale: 'a'.repeat(10_000) }, 'locale'],
    [{ locale: 'en\0' }, 'locale'],
    [{ currency: 'XYZ' }, 'currency'],
    [{ currency: 'usd' }, 'currency'],
    [{ phone: '0660 1234567' }, 'phone'],
    [{ phone: '' }, 'phone'],
    [{ marketing: 'yes' }, 'marketing'],
    [{ userId: 'nobody' }, 'userId'],
    [{ email: 'new@example.com' }, ''],
  ])('given %j, when updated, then BAD_REQUEST names %s, and nothing is written', async (wrong, field) => {
    const userId = await insertUser(shop)
    const data = await failure(as(shop).update.mutate({ userId, expectedVersion: 1, ...wrong } as never))
    expect(data).toMatchObject({ code: 'BAD_REQUEST', reason: 'INVALID_INPUT' })
    expect(data.issues.map((issue: { path: string }) => issue.path)).toEqual([field])
    const { rows } = await shop.sql.query('SELECT version FROM app_user WHERE id = $1', [userId])
    expect(rows).toEqual([{ version: 1 }])
  })
})

describe('the cache of profiles', () => {
  it('[G4] given two instances with near caches, when one updates, then the other shows it as soon as it hears of it', async () => {
    const other = await startTestApp({
      CACHE_SEAL_KEY,
      CACHE_PREFIX: prefix,
      DATABASE_URL: shop.databaseUrl,
    })
    onTestFinished(() => other.stop())
    const userId = await insertUser(shop)
    await eventually(async () => {
      await as(other).get.query({ userId })
      expect(count(other, 'near-hit')).toBeGreaterThan(0)
    })
    const listener = new Redis(inject('redisUrl'))
    onTestFinished(() => listener.disconnect())
    await listener.subscribe(`${prefix}:i`)
    const heard = new Promise((resolve) => listener.once('message', (_channel, entry) => resolve(entry)))
    await as(shop).update.mutate({ userId, expectedVersion: 1, name: 'Ada King' })
    expect(await heard).toBe(`profile:{${userId}}`)
    await eventually(async () => expect(await as(other).get.query({ userId })).toMatchObject({ name: 'Ada King' }))
  })

  it('[G5] given a profile that is cached, when changed, or deleted, by SQL, then reads follow', async () => {
    const userId = await insertUser(shop)
    await as(shop).get.query({ userId })
    await shop.sql.query(`UPDATE app_user SET name = 'Changed' WHERE id = $1`, [userId])
    await eventually(async () => expect(await as(shop).get.query({ userId })).toMatchObject({ name: 'Changed' }))
    await shop.sql.query('DELETE FROM app_user WHERE id = $1', [userId])
    await eventually(async () =>
      expect(await failure(as(shop).get.query({ userId }))).toMatchObject({ code: 'NOT_FOUND' }),
    )
  })

  it('[G11] given profiles that were read and changed, when every key and value in Redis is read, then there is no address', async () => {
    const userId = await insertUser(shop, 'grace.hopper@example.com')
    await as(shop).update.mutate({ userId, expectedVersion: 1, name: 'Grace Hopper', phone: '+12025550123' })
    await as(shop).get.query({ userId })
    await eventually(() => expect(count(shop, 'fill')).toBeGreaterThan(0))
    await as(shop).get.query({ userId })
    const redis = new Redis(inject('redisUrl'))
    onTestFinished(() => redis.disconnect())
    const keys = await redis.keys('*')
    expect(keys).toContain(`${prefix}:v:profile:{${userId}}`)
    for (const key of keys) {
      const value = (await redis.type(key)) === 'string' ? await redis.getBuffer(key) : null
      const text = key + (value?.toString('latin1') ?? '')
      expect(text).not.toMatch(/hopper|12025550123/i)
    }
  })

  it('given no CACHE_SEAL_KEY, when read, then each read is a query, and nothing of it is in Redis', async () => {
    const unsealed = await startTestApp()
    onTestFinished(() => unsealed.stop())
    const userId = await insertUser(unsealed)
    await as(unsealed).get.query({ userId })
    await as(unsealed).get.query({ userId })
    expect([count(unsealed, 'load'), count(unsealed, 'fill'), count(unsealed, 'near-hit')]).toEqual([2, 0, 0])
    await as(unsealed).update.mutate({ userId, expectedVersion: 1, name: 'X' })
    expect(await as(unsealed).get.query({ userId })).toMatchObject({ name: 'X' })
  })
})
