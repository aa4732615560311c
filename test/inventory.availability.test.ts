/** What can be bought, from the cache: written through, heard of everywhere, and sold out without Postgres. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { readAvailability } from '../src/inventory/repository.availability.ts'
import type { TestApp } from './support/app.ts'
import { insertProduct } from './support/catalog.ts'
import { eventually, settled } from './support/eventually.ts'
import { ownRedis } from './support/redis.ts'
import { clientWith, failureOf, staffToken } from './support/staff.ts'
import { newKey, type StockedApps, startStockedApps } from './support/stock.ts'

let shop: StockedApps
let [north, south] = ['', '']
beforeAll(async () => {
  shop = await startStockedApps()
  north = shop.north
  south = shop.south
})
afterAll(() => shop.stop())

const available = async ({ trpc }: Pick<TestApp, 'trpc'>, variantId: string) => {
  const [answer] = await trpc.inventory.availability.query({ variantIds: [variantId] })
  return answer?.available
}
const receive = (variantId: string, quantity: number, locationId = north) =>
  shop.inventory.receive.mutate({ variantId, locationId, quantity, ...newKey() })
const take = (variantId: string, quantity: number) =>
  shop.inventory.adjust.mutate({ variantId, locationId: north, delta: -quantity, reason: 'Sold', ...newKey() })
const loads = ({ events }: TestApp) => events.filter(({ type, ...event }) => type === 'load' && isStock(event)).length
const isStock = (event: object) => 'cache' in event && event.cache === 'stock'

/** Queries of stock that an instance sends from now on. */
function queriesOf({ app }: TestApp): string[] {
  const sent: string[] = []
  const { pool } = app.db
  const query = pool.query.bind(pool) as (...args: unknown[]) => unknown
  const spy = vi.spyOn(pool, 'query').mockImplementation(((...args: [string | { text: string }]) => {
    const text = typeof args[0] === 'string' ? args[0] : args[0].text
    if (text.includes('stock_level')) sent.push(text)
    return query(...args)
  }) as never)
  onTestFinished(() => spy.mockRestore())
  return sent
}

/** Both instances have it near: they are asked until Redis is, no more. */
const nearEverywhere = async (variantId: string) => {
  for (const app of [shop.here, shop.there]) {
    await eventually(async () => {
      await available(app, variantId)
      expect(app.app.inventory.stock.peek(variantId)).not.toBeUndefined()
    })
  }
}

describe('inventory.availability', () => {
  it('given many variants, when asked for, then in their order, null for what is not for sale, by one load', async () => {
    const [one, two] = [await shop.newVariant(), await shop.newVariant()]
    await receive(one, 3)
    await settled(shop.here.sql)
    const draft = await insertProduct(shop.here.sql, { slug: 'a-draft', status: 'draft' })
    const { rows } = await shop.here.sql.query('SELECT id FROM variant WHERE product_id = $1', [draft])
    const variantIds = [two, one, rows[0].id, '0199a0b0-0000-7000-8000-000000000009', one]
    const before = loads(shop.there)
    const answers = await shop.there.trpc.inventory.availability.query({ variantIds })
    expect(answers.map((answer) => answer?.available)).toEqual([0, 3, undefined, undefined, 3])
    expect(answers[2]).toBeNull()
    expect(loads(shop.there) - before).toBe(1)
  })

  it('given no variant, 101 of them, or no UUID, when asked for, then INVALID_INPUT', async () => {
    const one = await shop.newVariant()
    for (const variantIds of [[], Array<string>(101).fill(one), ['x'], [`${one}\0`]]) {
      const failure = await failureOf(shop.here.trpc.inventory.availability.query({ variantIds }))
      expect(failure.reason).toBe('INVALID_INPUT')
    }
    expect(await shop.here.get('/api/inventory/x')).toMatchObject({ status: 400 })
  })

  it('given it is sold out and cached, when asked 100 times, in both instances, then Postgres is not asked at all', async () => {
    const variantId = await shop.newVariant()
    await receive(variantId, 1)
    await take(variantId, 1)
    await nearEverywhere(variantId)
    const queries = [queriesOf(shop.here), queriesOf(shop.there)]
    for (let time = 0; time < 50; time++) {
      expect(await Promise.all([available(shop.here, variantId), available(shop.there, variantId)])).toEqual([0, 0])
      expect(shop.here.app.inventory.stock.soldOut(variantId)).toBe(true)
    }
    expect(queries).toEqual([[], []])
  })

  it('[G4] given it is sold out and near everywhere, when restocked, then the other instance hears of it, without a load', async () => {
    const variantId = await shop.newVariant()
    for (let stock = 1; stock <= 5; stock++) {
      await nearEverywhere(variantId)
      const before = loads(shop.there)
      await receive(variantId, stock)
      await eventually(async () => expect(await available(shop.there, variantId)).toBe(stock))
      expect(loads(shop.there)).toBe(before)
      await take(variantId, stock)
      expect(await available(shop.here, variantId)).toBe(0)
    }
  })

  it('[G4] given two instances that change two levels of a variant at once, when both have answered, then the sum is seen', async () => {
    const variantId = await shop.newVariant()
    const clients = [shop.here, shop.there].map((app) => clientWith(app, staffToken).inventory)
    await Promise.all([receive(variantId, 1, north), receive(variantId, 1, south)])
    for (let times = 1; times <= 30; times++) {
      await Promise.all(
        [north, south].map((locationId, index) =>
          clients[index]?.receive.mutate({ variantId, locationId, quantity: 1, ...newKey() }),
        ),
      )
      await eventually(async () => {
        const sums = await Promise.all([available(shop.here, variantId), available(shop.there, variantId)])
        expect(sums).toEqual([2 + times * 2, 2 + times * 2])
      })
    }
  })

  it('given a level that is deleted, and one that is changed without a new version, then the version rises all the same', async () => {
    const variantId = await shop.newVariant()
    await receive(variantId, 5)
    await receive(variantId, 5, south)
    const version = async () => (await shop.here.app.inventory.stock.get(variantId))?.version ?? 0
    let last = await version()
    const changes = [
      'UPDATE stock_level SET on_hand = 4 WHERE variant_id = $1',
      'UPDATE stock_level SET on_hand = 3, version = 1 WHERE variant_id = $1',
      `DELETE FROM stock_level WHERE variant_id = $1 AND location_id = '${south}'`,
      'DELETE FROM stock_level WHERE variant_id = $1',
      'UPDATE variant SET backorder = true WHERE id = $1',
      `INSERT INTO stock_level (variant_id, location_id) VALUES ($1, '${north}')`,
    ]
    for (const sql of changes) {
      await shop.here.sql.query(sql, [variantId])
      await settled(shop.here.sql)
      const now = await version()
      expect(now, sql).toBeGreaterThan(last)
      last = now
    }
  })
})

describe('stock.changed and soldOut', () => {
  it('given changes of many variants, when committed at once, then each is stored, and none has to be loaded', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => shop.newVariant()))
    for (const id of ids) await receive(id, 1)
    const { stock } = shop.here.app.inventory
    const { outbox } = shop.here.app
    const sell = 'UPDATE stock_level SET on_hand = 0, version = version + 1 WHERE variant_id = ANY ($1)'
    await stock.getMany(ids) // what is not cached stays so
    const result = await stock.changed(async () => {
      const { result, follow } = await outbox.commit('test', async (tx) => {
        const { rowCount } = await tx.query(sell, [ids])
        return { rowCount, now: await readAvailability(tx, ids) }
      })
      const stocked = ids.map((variantId, index) => ({ variantId, now: result.now[index] ?? null }))
      return { result: result.rowCount, stock: stocked, follow }
    })
    expect(result).toBe(10)
    const before = loads(shop.here)
    expect((await stock.getMany(ids)).map((value) => value?.available)).toEqual(Array(10).fill(0))
    expect(loads(shop.here)).toBe(before)
    await settled(shop.here.sql)
  })

  it('given a commit that fails, when written, then it rejects with that, and what is cached is as it was', async () => {
    const ids = [await shop.newVariant(), await shop.newVariant()]
    for (const id of ids) await receive(id, 2)
    const { stock } = shop.here.app.inventory
    const failed = stock.changed(async () => {
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect((await stock.getMany(ids)).map((value) => value?.available)).toEqual([2, 2])
  })

  it('given a variant nobody has asked for, when sold out?, then unknown at first, and known soon after', async () => {
    const variantId = await shop.newVariant()
    await receive(variantId, 1, south)
    const { stock } = shop.there.app.inventory
    expect(stock.soldOut(variantId)).toBeUndefined()
    await eventually(() => expect(stock.soldOut(variantId)).toBe(false))
    expect([stock.soldOut(variantId, south), stock.soldOut(variantId, north)]).toEqual([false, true])
    await shop.inventory.configure.mutate({ variantId, backorder: true })
    await eventually(() => expect(stock.soldOut(variantId, north)).toBe(false))
  })

  it('[G6] given Redis is away, when stock is received, then it counts, and is seen when Redis is back', async () => {
    const redis = await ownRedis()
    const lonely = await startStockedApps({ REDIS_URL: redis.url })
    onTestFinished(() => lonely.stop())
    const variantId = await lonely.newVariant()
    const receive = (quantity: number) =>
      lonely.inventory.receive.mutate({ variantId, locationId: lonely.north, quantity, ...newKey() })
    await receive(1)
    expect(await available(lonely.here, variantId)).toBe(1)
    await redis.stop()
    expect(await receive(2)).toMatchObject({ onHand: 3 })
    expect(await available(lonely.here, variantId)).toBe(3)
    await redis.start()
    await eventually(async () => {
      expect(lonely.here.app.redis.isUp()).toBe(true)
      expect(await available(lonely.there, variantId)).toBe(3)
    })
    await settled(lonely.here.sql)
  }, 30_000)

  it.each(['off', 'naive'])(
    'given CACHE_MODE=%s, when stock is received, then it counts, and is answered',
    async (mode) => {
      const plain = await startStockedApps({ CACHE_MODE: mode })
      onTestFinished(() => plain.stop())
      const variantId = await plain.newVariant()
      const input = { variantId, locationId: plain.north, quantity: 2, ...newKey() }
      expect(await plain.inventory.receive.mutate(input)).toMatchObject({ onHand: 2 })
      expect(await available(plain.there, variantId)).toBe(2)
      expect(plain.there.app.inventory.stock.soldOut(variantId)).toBeUndefined()
    },
  )
})
