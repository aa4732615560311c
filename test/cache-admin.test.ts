import { Writable } from 'node:stream'
import { createTRPCClient, httpLink } from '@trpc/client'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { AppRouter } from '../src/app.ts'
import { adminToken, startTestApp, staffToken, type TestApp } from './support/app.ts'
import { insertProduct } from './support/catalog.ts'
import { eventually } from './support/eventually.ts'
import { ownRedis } from './support/redis.ts'

const as = ({ base }: TestApp, token?: string) =>
  createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${base}/trpc`, headers: token ? { authorization: `Bearer ${token}` } : {} })],
  }).cache

let shop: TestApp
let admin: ReturnType<typeof as>
const lines: string[] = []
const logged = () => lines.map((line) => JSON.parse(line)).filter(({ audit }) => audit)

beforeAll(async () => {
  const log = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk))
      done()
    },
  })
  shop = await startTestApp({ LOG_LEVEL: 'info', CACHE_DISABLE: '', WARM_PRODUCTS: '0' }, log)
  admin = as(shop, adminToken)
  for (const slug of ['blue-mug', 'red-mug']) await insertProduct(shop.sql, { slug })
})
afterAll(() => shop.stop())

const reason = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error) => error.data?.reason,
  )
const read = (slug: string) => shop.trpc.catalog.product.bySlug.query({ slug })

describe('the cache for admins', () => {
  it('given anyone and staff, when they ask, then they are refused', async () => {
    for (const [token, expected] of [
      [undefined, 'TOKEN_REQUIRED'],
      [staffToken, 'ROLE_REQUIRED'],
    ] as const) {
      const them = as(shop, token)
      expect(await reason(them.report.query())).toBe(expected)
      expect(await reason(them.inspect.query({ cache: 'product', key: 'a' }))).toBe(expected)
      expect(await reason(them.invalidate.mutate({ cache: 'product' }))).toBe(expected)
      expect(await reason(them.warm.mutate({ cache: 'product', keys: ['a'] }))).toBe(expected)
    }
  })

  it('given an admin, when the report is asked for, then every cache is in it', async () => {
    await read('blue-mug')
    const { caches } = await admin.report.query()
    expect(caches.map(({ cache }) => cache)).toEqual(shop.app.cache.declarations().map(({ cache }) => cache))
    expect(caches.find(({ cache }) => cache === 'product')).toMatchObject({
      loads: { count: 1 },
      verdict: 'too little to say',
    })
  })

  it('given keys, when warmed, then they are read, and can be inspected', async () => {
    expect(await admin.warm.mutate({ cache: 'product', keys: ['blue-mug', 'red-mug', 'nothing'] })).toEqual({
      warmed: 3,
      failed: 0,
    })
    await eventually(async () => {
      const found = await admin.inspect.query({ cache: 'product', key: 'red-mug' })
      expect(found).toMatchObject({ state: 'fresh', value: expect.stringContaining('red-mug') })
    })
  })

  it('given keys, a cache or a tag, when invalidated, then the entries are gone, and the metric says by whom', async () => {
    const state = async () => (await admin.inspect.query({ cache: 'product', key: 'blue-mug' })).state
    const filled = () =>
      eventually(async () => {
        await read('blue-mug')
        expect(await state()).toBe('fresh')
      })
    await filled()
    await admin.invalidate.mutate({ cache: 'product', keys: ['blue-mug'] })
    expect(await state()).toBe('missing')
    await filled()
    await admin.invalidate.mutate({ cache: 'product' })
    expect(await state()).toBe('void')
    await admin.invalidate.mutate({ tag: 'category:1' })
    const text = await (await fetch(`${shop.base}/metrics`)).text()
    expect(text).toContain('cache_invalidations_total{cache="product",source="admin"} 2')
    expect(text).toContain('cache_invalidations_total{cache="tag",source="admin"} 1')
  })

  it('given what is wrong, when asked, then a typed error', async () => {
    expect(await reason(admin.inspect.query({ cache: 'nothing', key: 'a' }))).toBe('CACHE_NOT_FOUND')
    expect(await reason(admin.invalidate.mutate({ cache: 'nothing' }))).toBe('CACHE_NOT_FOUND')
    expect(await reason(admin.warm.mutate({ cache: 'product-list', keys: ['a'] }))).toBe('NOT_POSSIBLE')
    expect(await reason(admin.warm.mutate({}))).toBe('NOT_POSSIBLE')
    for (const input of [
      { cache: 'product', keys: Array(101).fill('a') },
      { tag: '@product' },
      { cache: 'product', tag: 'a' },
    ]) {
      expect(await reason(admin.invalidate.mutate(input as never))).toBe('INVALID_INPUT')
    }
  })

  it('given calls that succeed and fail, when the log is read, then each is there: who, what, which request, no values', async () => {
    lines.length = 0
    await admin.invalidate.mutate({ cache: 'product', keys: ['blue-mug'] })
    await reason(admin.inspect.query({ cache: 'nothing', key: 'a' }))
    const requestId = expect.stringMatching(/^[\w-]{36}$/)
    const actor = requestId
    expect(logged().map(({ level, audit }) => ({ level, ...audit }))).toEqual([
      { level: 30, role: 'admin', actor, requestId, action: 'invalidate', cache: 'product', count: 1, keys: ['blue-mug'] },
      { level: 40, role: 'admin', actor, requestId, action: 'inspect', cache: 'nothing', count: 1, keys: ['a'] },
    ])
  })

  it('given Redis away, when asked, then the report comes, and the rest is SERVICE_UNAVAILABLE', async () => {
    const redis = await ownRedis()
    const lone = await startTestApp({ REDIS_URL: redis.url })
    onTestFinished(() => lone.stop())
    await redis.stop()
    const them = as(lone, adminToken)
    expect((await them.report.query()).redis.roundTripMs).toBeNull()
    expect(await reason(them.inspect.query({ cache: 'product', key: 'a' }))).toBe('REDIS_UNAVAILABLE')
    expect(await reason(them.invalidate.mutate({ cache: 'product' }))).toBe('REDIS_UNAVAILABLE')
    expect(await reason(them.invalidate.mutate({ tag: 'a' }))).toBe('REDIS_UNAVAILABLE')
  })

  it('given CACHE_MODE=off, when asked, then it says that there is nothing to manage', async () => {
    const off = await startTestApp({ CACHE_MODE: 'off' })
    onTestFinished(() => off.stop())
    const them = as(off, adminToken)
    expect((await them.report.query()).mode).toBe('off')
    expect(await reason(them.inspect.query({ cache: 'product', key: 'a' }))).toBe('NOT_POSSIBLE')
    expect(await reason(them.invalidate.mutate({ cache: 'product' }))).toBe('NOT_POSSIBLE')
  })
})
