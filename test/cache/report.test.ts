import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { testCache } from '../support/cache.ts'
import { eventually } from '../support/eventually.ts'
import { ownRedis } from '../support/redis.ts'

const key = (input: string) => input
const load = async (input: string) => (input === 'nothing' ? null : { text: `value of ${input}` })

describe('the report', () => {
  it('given reads of all kinds, when the report is created, then it counts them by status and measures the latest value', async () => {
    const { cache, count } = await testCache()
    const things = cache.aside('thing', { tier: 'catalog', near: true, key, load })
    await things.get('a')
    await eventually(() => expect(count('fill')).toBe(1))
    await eventually(async () => {
      await things.get('a')
      expect(count('near-hit')).toBeGreaterThan(0)
    })
    await Promise.all([things.get('b'), things.get('b')])
    await things.getMany(['c', 'd', 'nothing'])
    await eventually(() => expect(count('fill')).toBe(5))
    const report = await cache.report()
    expect(report).toMatchObject({ mode: 'full', redis: { roundTripMs: expect.any(Number), breaker: 'closed' } })
    const [figures] = report.caches
    expect(figures).toMatchObject({
      cache: 'thing',
      tier: 'catalog',
      reads: { near: count('near-hit'), redis: count('hit'), coalesced: 1, misses: 5 },
      loads: { count: 3, failures: 0, meanMs: expect.any(Number), p95Ms: expect.any(Number), keysPerLoad: 5 / 3 },
      fills: { count: 5, meanBytes: expect.any(Number) },
      latest: { bytes: expect.any(Number), encodeMs: expect.any(Number), decodeMs: expect.any(Number) },
      verdict: 'too little to say',
    })
    expect(figures?.reads.perSecond).toBeGreaterThan(0)
    expect(figures?.reads.hitRatio).toBeGreaterThan(0)
  })

  it('given loads that fail, when the report is created, then it counts failures and no durations', async () => {
    const { cache } = await testCache()
    const things = cache.aside('thing', { tier: 'catalog', key, load: () => Promise.reject(new Error('no')) })
    await expect(things.get('a')).rejects.toThrow('no')
    expect((await cache.report()).caches[0]?.loads).toMatchObject({ count: 0, failures: 1, meanMs: null, p95Ms: null })
  })

  it('given Redis is unavailable, when the report is created, then it says so and does not reject', async () => {
    const redis = await ownRedis()
    const { cache } = await testCache({ url: redis.url, timeoutMs: 50 })
    const things = cache.aside('thing', { tier: 'catalog', key, load })
    redis.freeze()
    for (let index = 0; index < 10; index++) await things.get(`k${index}`)
    const report = await cache.report()
    expect(report.redis.roundTripMs).toBeNull()
    expect(report.caches[0]).toMatchObject({ verdict: 'too little to say', reason: 'Redis does not answer.' })
    await expect(cache.inspect('thing', 'a')).rejects.toMatchObject({ name: 'RedisUnavailableError' })
    await expect(cache.admin.invalidate('thing', ['a'])).rejects.toMatchObject({ name: 'RedisUnavailableError' })
    await expect(cache.admin.invalidate('thing')).rejects.toMatchObject({ name: 'RedisUnavailableError' })
  })
})

describe('inspecting', () => {
  it('given an entry, when it is inspected, then the result has its details and the tags that invalidate it', async () => {
    const { cache, count } = await testCache()
    const things = cache.aside('thing', {
      tier: 'catalog',
      near: true,
      key,
      load,
      tags: () => ['red'],
      version: () => 7,
    })
    expect(await cache.inspect('thing', 'a')).toMatchObject({ exists: false, state: 'missing', value: null })
    await things.get('a')
    await eventually(async () => {
      await things.get('a')
      expect(await cache.inspect('thing', 'a')).toMatchObject({ near: true })
    })
    const found = await cache.inspect('thing', 'a')
    expect(found).toMatchObject({
      exists: true,
      state: 'fresh',
      version: 7,
      tags: [
        { tag: '@thing', voids: false },
        { tag: 'red', voids: false },
      ],
      lease: { held: false, ttlMs: null },
      pendingWrites: 0,
      sealed: false,
      value: `{ text: 'value of a' }`,
    })
    expect(found.bytes).toBeGreaterThan(32)
    expect(found.ttlMs).toBeGreaterThan(0)
    expect(Date.parse(String(found.expiresAt))).toBeGreaterThan(0)
    await cache.invalidateTag('red')
    expect(await cache.inspect('thing', 'a')).toMatchObject({ state: 'void', near: false, tags: [{}, { voids: true }] })
    expect(count('decode-error')).toBe(0)
  })

  it('given a load and a write in progress, when the entry is inspected, then the lease is held and one write is pending', async () => {
    const { cache } = await testCache()
    const loading = Promise.withResolvers<void>()
    const end = Promise.withResolvers<void>()
    const stock = cache.writeThrough('stock', {
      tier: 'consistent',
      key,
      version: () => 1,
      load: async () => {
        loading.resolve()
        await end.promise
        return 5
      },
    })
    const read = stock.get('a')
    await loading.promise
    const write = stock.write('a', async () => {
      await end.promise
      return 4
    })
    await eventually(async () => {
      expect(await cache.inspect('stock', 'a')).toMatchObject({ lease: { held: true }, pendingWrites: 1 })
    })
    end.resolve()
    await Promise.all([read, write])
  })

  it('[G11] given a sealed, a long and an unreadable entry, when they are inspected, then no secret and no more than 2,000 characters are returned', async () => {
    const { cache, redis, keys } = await testCache({ sealKeys: [randomBytes(32)] })
    const secrets = cache.aside('secret', { tier: 'profile', sealed: true, key, load })
    const things = cache.aside('thing', {
      tier: 'catalog',
      key,
      load: async () => ['x'.repeat(1_000), 'y'.repeat(100_000)].concat(Array(49).fill('z'.repeat(400))),
    })
    await Promise.all([secrets.get('a'), things.get('a')])
    await eventually(async () => expect(await cache.inspect('secret', 'a')).toMatchObject({ state: 'fresh' }))
    expect(await cache.inspect('secret', 'a')).toMatchObject({ sealed: true, value: null })
    await eventually(async () => expect((await cache.inspect('thing', 'a')).value).toHaveLength(2_001))
    await redis.set(keys.ofCache('thing').value('foreign'), 'hello')
    await redis.lpush(keys.ofCache('thing').value('list'), 'hello')
    for (const name of ['foreign', 'list']) {
      expect(await cache.inspect('thing', name)).toMatchObject({ exists: true, state: 'unreadable', value: null })
    }
    await expect(cache.inspect('nothing', 'a')).rejects.toMatchObject({ name: 'UnknownCacheError' })
  })
})
