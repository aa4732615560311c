import { describe, expect, it, vi } from 'vitest'
import { horizonMs } from '../../src/cache/write-through.ts'
import { gate, testCache } from '../support/cache.ts'
import { eventually } from '../support/eventually.ts'
import { ownRedis } from '../support/redis.ts'

interface Row {
  version: number
  stock: number
}

async function shop(options: { before?: 'bound' | 'remove' } = {}) {
  const test = await testCache()
  const row: Row = { version: 1, stock: 10 }
  const declare = (side: typeof test) =>
    side.cache.writeThrough('stock', {
      tier: 'consistent',
      key: (sku: string) => sku,
      load: async () => ({ ...row }),
      version: (stock: Row) => stock.version,
      ...options,
    })
  const commit = async () => {
    row.version++
    row.stock--
    return { ...row }
  }
  const value = test.keys.value(test.keys.entry('stock', 'mug'))
  return { ...test, row, declare, stock: declare(test), commit, value }
}

describe('write-through', () => {
  it('[G4] given a cached value, when written, then every later read has the new one, without a load', async () => {
    const { stock, commit, count, prefix, declare } = await shop()
    const other = await testCache({ prefix })
    const otherStock = declare(other)
    expect(await stock.get('mug')).toEqual({ version: 1, stock: 10 })
    await eventually(() => expect(count('fill')).toBe(1))
    expect(await stock.write('mug', commit)).toEqual({ version: 2, stock: 9 })
    expect(await stock.get('mug')).toEqual({ version: 2, stock: 9 })
    expect(await otherStock.get('mug')).toEqual({ version: 2, stock: 9 })
    expect(count('load')).toBe(1)
  })

  it('given a write under way, when read, then the old value still answers, and what is cached is bound to the horizon', async () => {
    const { stock, commit, redis, value, count } = await shop()
    await stock.get('mug')
    await eventually(() => expect(count('fill')).toBe(1))
    expect(await redis.pttl(value)).toBeGreaterThan(horizonMs)
    const decided = gate<void>()
    const writing = stock.write('mug', async () => {
      await decided.promise
      return commit()
    })
    await eventually(async () => expect(await redis.pttl(value)).toBeLessThanOrEqual(horizonMs))
    expect(await stock.get('mug')).toEqual({ version: 1, stock: 10 })
    await redis.del(value) // a fill made meanwhile is bound, too
    await stock.get('mug')
    await eventually(async () => expect(await redis.pttl(value)).toBeGreaterThan(0))
    expect(await redis.pttl(value)).toBeLessThanOrEqual(horizonMs)
    decided.resolve()
    await writing
    expect(await redis.pttl(value)).toBeGreaterThan(horizonMs)
    expect(await stock.get('mug')).toEqual({ version: 2, stock: 9 })
  })

  it('given a process that dies between commit and store, when the horizon has passed, then the new value is read', async () => {
    const { stock, commit, redis, value, count, keys } = await shop()
    await stock.get('mug')
    await eventually(() => expect(count('fill')).toBe(1))
    void stock.write('mug', () => commit().then(() => gate<never>().promise)) // committed, and never heard of again
    await eventually(async () => expect(await redis.exists(keys.pending(keys.entry('stock', 'mug')))).toBe(1))
    await eventually(async () => expect(await redis.pttl(value)).toBeLessThanOrEqual(horizonMs))
    await eventually(async () => expect(await stock.get('mug')).toEqual({ version: 2, stock: 9 }))
  })

  it('given two writes that end in the wrong order, when both are stored, then the newer version stays', async () => {
    const { stock, row, events } = await shop()
    const [first, second] = [gate<Row>(), gate<Row>()]
    const writes = [stock.write('mug', () => first.promise), stock.write('mug', () => second.promise)]
    row.version = 3
    row.stock = 5
    second.resolve({ version: 3, stock: 5 })
    await writes[1]
    first.resolve({ version: 2, stock: 7 })
    await writes[0]
    expect(await stock.get('mug')).toEqual({ version: 3, stock: 5 })
    expect(events).toContainEqual({ type: 'fill-refused', cache: 'stock', reason: 'older' })
  })

  it('[G3] given a load that read the old row, when a write is stored meanwhile, then the load’s fill is refused', async () => {
    const { cache, events } = await testCache()
    const slow = gate<Row>()
    const load = vi.fn(() => slow.promise)
    const stock = cache.writeThrough('stock', {
      tier: 'consistent',
      key: (sku: string) => sku,
      load,
      version: ({ version }: Row) => version,
    })
    const early = stock.get('mug')
    await eventually(() => expect(load).toHaveBeenCalled())
    await stock.write('mug', async () => ({ version: 2, stock: 9 }))
    slow.resolve({ version: 1, stock: 10 })
    expect(await early).toEqual({ version: 1, stock: 10 })
    await eventually(() => expect(events).toContainEqual({ type: 'fill-refused', cache: 'stock', reason: 'fenced' }))
    expect(await stock.get('mug')).toEqual({ version: 2, stock: 9 })
  })

  it('given a commit that fails, when read, then the old value, and the caller gets the error', async () => {
    const { stock } = await shop()
    await stock.get('mug')
    await expect(stock.write('mug', () => Promise.reject(new Error('sold out')))).rejects.toThrow('sold out')
    expect(await stock.get('mug')).toEqual({ version: 1, stock: 10 })
  })

  it('given a row that is gone after the write, when read, then the source decides', async () => {
    const { stock, count } = await shop()
    await stock.get('mug')
    await stock.write('mug', async () => null)
    await stock.get('mug')
    expect(count('load')).toBe(2)
  })

  it('given before: remove, when a write is under way, then the old value is no longer answered from the cache', async () => {
    const { stock, redis, value, commit, count } = await shop({ before: 'remove' })
    await stock.get('mug')
    await eventually(() => expect(count('fill')).toBe(1))
    const decided = gate<void>()
    const began = gate<void>()
    const writing = stock.write('mug', async () => {
      began.resolve()
      await decided.promise
      return commit()
    })
    await began.promise
    expect(await redis.exists(value)).toBe(0)
    decided.resolve()
    await writing
    expect(await stock.get('mug')).toEqual({ version: 2, stock: 9 })
  })

  it('given a newer row by another way, and its key invalidated, when an older write is stored, then it is not kept', async () => {
    const { stock, row, redis, value } = await shop()
    const committed = gate<Row>()
    const writing = stock.write('mug', () => committed.promise)
    row.version = 3 // somebody's SQL
    row.stock = 5
    await stock.invalidate(['mug'])
    committed.resolve({ version: 2, stock: 7 })
    await writing
    expect(await redis.exists(value)).toBe(0)
    expect(await stock.get('mug')).toEqual({ version: 3, stock: 5 })
  })

  it('given a newer write whose value was evicted, when an older write is stored, then it is not kept', async () => {
    const { stock, row, redis, value } = await shop()
    const committed = gate<Row>()
    const writing = stock.write('mug', () => committed.promise)
    await stock.write('mug', async () => ({ version: 3, stock: 5 }))
    row.version = 3
    row.stock = 5
    await redis.del(value)
    committed.resolve({ version: 2, stock: 7 })
    await writing
    expect(await stock.get('mug')).toEqual({ version: 3, stock: 5 })
  })

  it('given a newer write, and Redis flushed, when an older write that stood still goes on and is stored, then it is not kept', async () => {
    const { stock, row, redis, value, keys } = await shop()
    const committed = gate<Row>()
    const writing = stock.write('mug', () => committed.promise)
    const pending = keys.pending(keys.entry('stock', 'mug'))
    await stock.write('mug', async () => ({ version: 3, stock: 5 }))
    row.version = 3
    row.stock = 5
    await redis.del(value, pending)
    await eventually(async () => expect(await redis.exists(pending)).toBe(1)) // its renewal
    committed.resolve({ version: 2, stock: 7 })
    await writing
    expect(await stock.get('mug')).toEqual({ version: 3, stock: 5 })
  })

  it('given Redis silent when a write begins, and a newer one since, when the older is stored, then it is not kept', async () => {
    const server = await ownRedis()
    const here = await testCache({ url: server.url, timeoutMs: 100 })
    const load = async () => ({ version: 3, stock: 5 })
    const options = { tier: 'consistent', key: (sku: string) => sku, load, version: (row: Row) => row.version } as const
    const stock = here.cache.writeThrough('stock', options)
    const committed = gate<Row>()
    const began = gate<void>()
    server.freeze()
    const writing = stock.write('mug', () => {
      began.resolve()
      return committed.promise
    })
    await began.promise // without an answer: when Redis goes on, it is as if the write began after the newer one
    server.thaw()
    await eventually(async () => expect(await here.redis.ping()).toBe('PONG'))
    committed.resolve({ version: 2, stock: 7 })
    await writing
    expect(await stock.get('mug')).toEqual({ version: 3, stock: 5 })
  })

  it('given the cache is cleared while a write is under way, when it is stored, then what it stored is void', async () => {
    const { stock, row } = await shop()
    const committed = gate<Row>()
    const began = gate<void>()
    const writing = stock.write('mug', () => {
      began.resolve()
      return committed.promise
    })
    await began.promise
    await stock.clear()
    row.version = 3
    row.stock = 5
    committed.resolve({ version: 2, stock: 7 })
    await writing
    expect(await stock.get('mug')).toEqual({ version: 3, stock: 5 })
  })

  it('given a commit that failed, or only seems to have, when a load with the old row ends, then it is not kept for long', async () => {
    const { cache, redis, keys } = await testCache()
    const slow = gate<Row>()
    const load = vi.fn(() => slow.promise)
    const version = ({ version }: Row) => version
    const stock = cache.writeThrough('stock', { tier: 'consistent', key: (sku: string) => sku, load, version })
    await expect(stock.write('mug', () => Promise.reject(new Error('connection lost in COMMIT')))).rejects.toThrow(
      'lost',
    )
    const reading = stock.get('mug')
    await eventually(() => expect(load).toHaveBeenCalled())
    slow.resolve({ version: 1, stock: 10 })
    await reading
    const value = keys.value(keys.entry('stock', 'mug'))
    await eventually(async () => expect(await redis.exists(value)).toBe(1))
    expect(await redis.pttl(value)).toBeLessThanOrEqual(horizonMs)
  })

  it('given a value that can’t be kept, when written, then the write counts, and the source answers', async () => {
    const { cache } = await testCache()
    const key = (sku: string) => sku
    const load = async (): Promise<Row | null> => ({ version: 2, stock: 9 })
    const stock = cache.writeThrough('stock', {
      tier: 'consistent',
      key,
      load,
      version: () => 2,
      tags: () => ['@forbidden'],
    })
    expect(await stock.write('mug', async () => ({ version: 2, stock: 9 }))).toEqual({ version: 2, stock: 9 })
    expect(await stock.get('mug')).toEqual({ version: 2, stock: 9 })
  })

  it('[case 12] given junk that looks like a newer version, when read, then one load heals it', async () => {
    const { cache, redis, keys } = await testCache()
    const load = vi.fn(async () => ({ version: 1, stock: 10 }))
    const version = ({ version }: Row) => version
    const stock = cache.writeThrough('stock', { tier: 'consistent', key: (sku: string) => sku, load, version })
    const junk = Buffer.alloc(60, 1)
    junk.writeDoubleLE(1e15, 14)
    await redis.set(keys.value(keys.entry('stock', 'mug')), junk)
    for (let read = 0; read < 3; read++) expect(await stock.get('mug')).toEqual({ version: 1, stock: 10 })
    expect(load).toHaveBeenCalledTimes(1)
  })

  it('[G6] given Redis dead, when written, then the write counts', async () => {
    const redis = await ownRedis()
    const { cache } = await testCache({ url: redis.url, timeoutMs: 200 })
    const stock = cache.writeThrough('stock', {
      tier: 'consistent',
      key: (sku: string) => sku,
      load: async () => ({ version: 2, stock: 9 }),
      version: ({ version }: Row) => version,
    })
    await redis.stop()
    expect(await stock.write('mug', async () => ({ version: 2, stock: 9 }))).toEqual({ version: 2, stock: 9 })
    expect(await stock.get('mug')).toEqual({ version: 2, stock: 9 })
  })
})
