import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Aside } from '../src/cache/options.ts'
import { warm } from '../src/cache/warm.ts'
import { warmCatalog } from '../src/catalog/warming.ts'
import { createLog } from '../src/platform/logging.ts'
import { startTestApp, type TestApp } from './support/app.ts'
import { insertCategory, insertProduct } from './support/catalog.ts'
import { databaseForTest } from './support/database.ts'
import { eventually } from './support/eventually.ts'
import { ownRedis } from './support/redis.ts'

const on = { CACHE_DISABLE: 'jitter' } // that is, not warming
const loadsOf = ({ events }: TestApp, cache: string) =>
  events.filter((event) => event.type === 'load' && event.cache === cache).length

/** A shop of eight products, two of them looked at, and a Redis of its own to flush. */
async function prepare() {
  const url = await databaseForTest()
  const redis = await ownRedis()
  const env = { DATABASE_URL: url, REDIS_URL: redis.url, CACHE_PREFIX: randomUUID().slice(0, 8) }
  const start = async (more: Record<string, string> = {}) => {
    const shop = await startTestApp({ ...env, ...on, ...more })
    onTestFinished(() => shop.stop())
    return shop
  }
  const first = await start({ CACHE_DISABLE: 'warming' })
  await insertCategory(first.sql, 'home')
  for (let n = 0; n < 8; n++) {
    const id = await insertProduct(first.sql, { slug: `p-${n}`, createdAt: `2026-01-0${n + 1}` })
    const views = [0, 3, 0, 5][n]
    if (views)
      await first.sql.query(`INSERT INTO product_view VALUES ($1, date_trunc('minute', now()), $2)`, [id, views])
  }
  await eventually(async () => expect((await first.sql.query('SELECT FROM outbox')).rowCount).toBe(0))
  const client = new Redis(redis.url)
  onTestFinished(() => client.disconnect())
  const stored = async (cache: string) => {
    const keys = await client.keys(`${env.CACHE_PREFIX}:v*:${cache}:{*`) // of either schema
    return keys.map((key) => key.slice(key.indexOf('{') + 1, -1)).sort()
  }
  return { start, first, client, stored }
}

describe('warming', () => {
  it('given WARM_PRODUCTS, when the application starts, then the most looked at and the newest are there, and the first pages', async () => {
    const { start, stored } = await prepare()
    const shop = await start({ WARM_PRODUCTS: '4' })
    await eventually(async () => expect(await stored('product')).toEqual(['p-1', 'p-3', 'p-6', 'p-7']))
    expect(await shop.app.views.popular(3)).toEqual(['p-3', 'p-1', 'p-7'])
    expect(await stored('category-tree')).toEqual(['all'])
    expect(await stored('product-list')).toHaveLength(5)
    expect(loadsOf(shop, 'product')).toBe(1)
    const before = shop.events.filter(({ type }) => type === 'load').length
    await shop.get('/api/products/p-3')
    await shop.get('/api/categories/home')
    for (const query of ['', '?sort=price', '?category=home']) {
      expect((await shop.get(`/api/products${query}`)).status).toBe(200)
    }
    // The pages show products that are not among the four: those, and nothing else, are loaded.
    const later = shop.events.filter((event) => event.type === 'load').slice(before)
    expect(later.map((event) => event.cache)).toEqual(later.map(() => 'product'))
  })

  it('given a warm cache, when Redis is flushed, then it is warmed again, by one of two processes', async () => {
    const { start, client, stored } = await prepare()
    const shops = [await start({ WARM_PRODUCTS: '4' }), await start({ WARM_PRODUCTS: '4' })]
    await eventually(async () => expect(await stored('product')).toHaveLength(4))
    await client.flushall()
    await eventually(() => {
      for (const { events } of shops) expect(events.some(({ type }) => type === 'flushed')).toBe(true)
    })
    await eventually(async () => expect(await stored('product')).toHaveLength(4))
    const loads = shops.reduce((sum, shop) => sum + loadsOf(shop, 'product'), 0)
    expect(loads).toBe(2) // at the start, and after the flush
  })

  it('given another process that warms, when started, then nothing is warmed; when it is done and Redis flushed, then it is', async () => {
    const { start, first, client, stored } = await prepare()
    const other = await first.sql.connect()
    await other.query('SELECT pg_advisory_lock(7242000040)')
    const shop = await start()
    await eventually(() => expect(loadsOf(shop, 'overview')).toBe(1)) // started after the warming
    expect(await stored('product')).toEqual([])
    await other.query('SELECT pg_advisory_unlock(7242000040)')
    other.release()
    await client.flushall()
    await eventually(async () => expect(await stored('product')).toHaveLength(8))
  })

  it.each<Record<string, string>>([{ WARM_PRODUCTS: '0' }, { CACHE_DISABLE: 'warming' }, { CACHE_MODE: 'naive' }])(
    'given %j, when started and flushed, then nothing is read that nobody asked for',
    async (env) => {
      const { start, client, stored } = await prepare()
      const shop = await start(env)
      await client.flushall()
      await eventually(() => expect(shop.events.some(({ type }) => type === 'flushed')).toBe(true))
      await shop.get('/api/products/p-0')
      expect(loadsOf(shop, 'category-tree') + loadsOf(shop, 'product-list')).toBe(0)
      await eventually(async () => expect(await stored('product')).toEqual(['p-0']))
    },
  )

  it('given many products and categories, when warmed, then two reads run at once: a list each, or fifty products', async () => {
    let running = 0
    let most = 0
    const sizes: Record<string, number[]> = { tree: [], lists: [], products: [] }
    const slow = (name: string): Aside<never, never> => ({
      ...({} as Aside<never, never>),
      get: async () => Array.from({ length: 80 }, (_, n) => ({ slug: `c-${n}`, children: [] })) as never,
      getMany: async (inputs) => {
        most = Math.max(most, ++running)
        sizes[name]?.push(inputs.length)
        await new Promise(setImmediate)
        running--
        return []
      },
    })
    const caches = { tree: slow('tree'), lists: slow('lists'), products: slow('products') } as never
    const popular = async (limit: number) => Array.from({ length: limit }, (_, n) => `p-${n}`)
    const { signal } = new AbortController()
    await warmCatalog({ warm } as never, caches, { products: 520, popular, signal, log: createLog('silent') })
    expect(most).toBe(2)
    expect(sizes).toEqual({ tree: [1], lists: Array(54).fill(1), products: [...Array(10).fill(50), 20] })
  })
})
