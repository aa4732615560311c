/** Values stored after their commit: see storeAfter in src/cache/write-through.ts. */
import { describe, expect, it } from 'vitest'
import { gate, testCache } from '../support/cache.ts'
import { eventually } from '../support/eventually.ts'

interface Row {
  version: number
  stock: number
}

async function shop() {
  const test = await testCache()
  const row: Row = { version: 1, stock: 10 }
  const declare = (side: typeof test) =>
    side.cache.writeThrough('stock', {
      tier: 'consistent',
      key: (sku: string) => sku,
      load: async () => ({ ...row }),
      version: (stock: Row) => stock.version,
    })
  const commit = async () => Object.assign(row, { version: row.version + 1, stock: row.stock - 1 })
  const value = test.keys.ofCache('stock').value('mug')
  return { ...test, row, declare, stock: declare(test), commit, value }
}

describe('storeAfter', () => {
  it('[G4] given cached values in two processes, when a commit returns new values, then both processes read them without a load', async () => {
    const { stock, commit, count, prefix, declare } = await shop()
    const other = declare(await testCache({ prefix }))
    await stock.get('mug')
    await eventually(() => expect(count('fill')).toBe(1))
    expect(await stock.storeAfter(async () => [['mug', await commit()]])).toEqual(new Set(['mug']))
    expect([await stock.get('mug'), await other.get('mug')]).toEqual(Array(2).fill({ version: 2, stock: 9 }))
    expect(count('load')).toBe(1)
  })

  it('[G3] given a load that read the old row, when a newer value is stored, then the load’s fill is refused', async () => {
    const test = await testCache()
    const row: Row = { version: 1, stock: 10 }
    const [hasRead, goesOn] = [gate<void>(), gate<void>()]
    const stock = test.cache.writeThrough('stock', {
      tier: 'consistent',
      key: (sku: string) => sku,
      load: async () => {
        const seen = { ...row }
        hasRead.resolve()
        await goesOn.promise
        return seen
      },
      version: ({ version }: Row) => version,
    })
    const reading = stock.get('mug')
    await hasRead.promise
    Object.assign(row, { version: 2, stock: 9 })
    await stock.storeAfter(async () => [['mug', { ...row }]])
    goesOn.resolve()
    await reading
    expect(await stock.get('mug')).toEqual({ version: 2, stock: 9 })
  })

  it('given a newer value or none is cached, when an older value is committed, then it is not stored', async () => {
    const { stock, redis, value, row, count } = await shop()
    await stock.storeAfter(async () => [['mug', { version: 1, stock: 10 }]])
    expect(await redis.exists(value)).toBe(0)
    row.version = 3
    await stock.get('mug')
    await eventually(() => expect(count('fill')).toBe(1))
    await stock.storeAfter(async () => [['mug', { version: 2, stock: 9 }]])
    expect(await stock.get('mug')).toMatchObject({ version: 3 })
    expect(count('fill-refused')).toBe(1)
  })

  it('given the cache was cleared during a commit, when the committed values are stored, then they are invalid', async () => {
    const { stock, commit, count } = await shop()
    await stock.get('mug')
    await eventually(() => expect(count('fill')).toBe(1))
    await stock.storeAfter(async () => {
      const committed = await commit()
      await stock.clear()
      return [['mug', committed]]
    })
    await stock.get('mug')
    expect(count('load')).toBe(2)
  })

  it('given a commit that fails or returns null, when it ends, then storeAfter rejects with its error, or removes the entry', async () => {
    const { stock, redis, value, count } = await shop()
    await stock.get('mug')
    await eventually(() => expect(count('fill')).toBe(1))
    const failed = stock.storeAfter(async () => {
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(await redis.exists(value)).toBe(1)
    await stock.storeAfter(async () => [['mug', null]])
    expect(await redis.exists(value)).toBe(0)
  })
})
