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
  const value = test.keys.ofCache('stock').value('mug')
  return { ...test, row, declare, stock: declare(test), commit, value }
}

describe('write-through', () => {
  it('[G4] given a cached value, when it is written, then every later read returns the new value without a load', async () => {
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

  it('given a write in progress, when the key is read, then the old value is served and its TTL is bounded by the horizon', async () => {
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
    await redis.del(value) // a fill during the write is bounded, too
    await stock.get('mug')
    await eventually(async () => expect(await redis.pttl(value)).toBeGreaterThan(0))
    expect(await redis.pttl(value)).toBeLessThanOrEqual(horizonMs)
    decided.resolve()
    await writing
    expect(await redis.pttl(value)).toBeGreaterThan(horizonMs)
    expect(await stock.get('mug')).toEqual({ version: 2, stock: 9 })
  })

  it('given a process that died between commit and store, when the horizon has passed, then a read returns the new value', async () => {
    const { stock, commit, redis, value, count, keys } = await shop()
    await stock.get('mug')
    await eventually(() => expect(count('fill')).toBe(1))
    void stock.write('mug', () => commit().then(() => gate<never>().promise)) // committed; the process then dies
    await eventually(async () => expect(await redis.exists(keys.ofCache('stock').pendingWrites('mug'))).toBe(1))
    await eventually(async () => expect(await redis.pttl(value)).toBeLessThanOrEqual(horizonMs))
    await eventually(async () => expect(await stock.get('mug')).toEqual({ version: 2, stock: 9 }))
  })

  it('given two writes that end in reverse order, when both are stored, then the newer version stays', async () => {
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

  it('[G3] given a load that read the old row, when a write is stored during the load, then the load’s fill is refused', async () => {
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

  it('given a commit that fails, when the key is read, then the old value is served, and the writer gets the error', async () => {
    const { stock } = await shop()
    await stock.get('mug')
    await expect(stock.write('mug', () => Promise.reject(new Error('sold out')))).rejects.toThrow('sold out')
    expect(await stock.get('mug')).toEqual({ version: 1, stock: 10 })
  })

  it('given a write that deletes the row, when the key is read, then the value is loaded from the source', async () => {
    const { stock, count } = await shop()
    await stock.get('mug')
    await stock.write('mug', async () => null)
    await stock.get('mug')
    expect(count('load')).toBe(2)
  })

  it('given before: remove, when a write is in progress, then the old value is not served from the cache', async () => {
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

  it('given a newer row from another writer and an invalidated key, when an older write is stored, then its value is not kept', async () => {
    const { stock, row, redis, value } = await shop()
    const committed = gate<Row>()
    const writing = stock.write('mug', () => committed.promise)
    row.version = 3 // another writer's SQL
    row.stock = 5
    await stock.invalidate(['mug'])
    committed.resolve({ version: 2, stock: 7 })
    await writing
    expect(await redis.exists(value)).toBe(0)
    expect(await stock.get('mug')).toEqual({ version: 3, stock: 5 })
  })

  it('given a newer write whose value was evicted, when an older write is stored, then its value is not kept', async () => {
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

  it('given a newer write and a flush of Redis, when an older write that was paused is stored, then its value is not kept', async () => {
    const { stock, row, redis, value, keys } = await shop()
    const committed = gate<Row>()
    const writing = stock.write('mug', () => committed.promise)
    const pending = keys.ofCache('stock').pendingWrites('mug')
    await stock.write('mug', async () => ({ version: 3, stock: 5 }))
    row.version = 3
    row.stock = 5
    await redis.del(value, pending)
    await eventually(async () => expect(await redis.exists(pending)).toBe(1)) // its renewal
    committed.resolve({ version: 2, stock: 7 })
    await writing
    expect(await stock.get('mug')).toEqual({ version: 3, stock: 5 })
  })

  it('given a write that began while Redis did not reply, and a newer write since, when the older write is stored, then its value is not kept', async () => {
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
    await began.promise // without a reply: when Redis continues, the write seems to have begun after the newer one
    server.thaw()
    await eventually(async () => expect(await here.redis.ping()).toBe('PONG'))
    committed.resolve({ version: 2, stock: 7 })
    await writing
    expect(await stock.get('mug')).toEqual({ version: 3, stock: 5 })
  })

  it('given the cache is cleared during a write, when the write is stored, then its entry is invalid', async () => {
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

  it('given a commit that failed or seems to have failed, when a load that read the old row ends, then its entry lives for the horizon at most', async () => {
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
    const value = keys.ofCache('stock').value('mug')
    await eventually(async () => expect(await redis.exists(value)).toBe(1))
    expect(await redis.pttl(value)).toBeLessThanOrEqual(horizonMs)
  })

  it('given a value that cannot be encoded, when it is written, then the write succeeds and reads load from the source', async () => {
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

  it('[case 12] given an unreadable payload with a higher version, when the key is read, then one load replaces it', async () => {
    const { cache, redis, keys } = await testCache()
    const load = vi.fn(async () => ({ version: 1, stock: 10 }))
    const version = ({ version }: Row) => version
    const stock = cache.writeThrough('stock', { tier: 'consistent', key: (sku: string) => sku, load, version })
    const junk = Buffer.alloc(60, 1)
    junk.writeDoubleLE(1e15, 14)
    await redis.set(keys.ofCache('stock').value('mug'), junk)
    for (let read = 0; read < 3; read++) expect(await stock.get('mug')).toEqual({ version: 1, stock: 10 })
    expect(load).toHaveBeenCalledTimes(1)
  })

  it('[G6] given Redis is down, when a value is written, then the write succeeds', async () => {
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
