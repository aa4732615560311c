import { describe, expect, it, onTestFinished } from 'vitest'
import { startTestApp } from './support/app.ts'
import { insertProduct } from './support/catalog.ts'
import { eventually } from './support/eventually.ts'
import { ownRedis } from './support/redis.ts'

async function shopWithOwnRedis() {
  const redis = await ownRedis()
  const shop = await startTestApp({ REDIS_URL: redis.url })
  onTestFinished(() => shop.stop())
  await insertProduct(shop.sql, { slug: 'blue-mug' })
  const read = () => shop.trpc.catalog.product.bySlug.query({ slug: 'blue-mug' })
  const count = (type: string) => shop.events.filter((event) => event.type === type).length
  const hits = () => count('hit') + count('near-hit')
  return { redis, shop, read, count, hits }
}

describe('Redis away', () => {
  it('[G6] given traffic, when Redis stops and comes back, then every read is answered, and hits return', async () => {
    const { redis, shop, read, count, hits } = await shopWithOwnRedis()
    let running = true
    const failures: unknown[] = []
    let answered = 0
    const traffic = async () => {
      while (running) {
        await read().catch((error: unknown) => failures.push(error))
        answered++
      }
    }
    const readers = [traffic(), traffic(), traffic(), traffic()]
    await eventually(() => expect(hits()).toBeGreaterThan(10))
    await redis.stop()
    await eventually(() => expect(shop.app.cache.breakerState()).toBe('open'))
    const loads = count('load')
    await eventually(() => expect(count('load')).toBeGreaterThan(loads + 10))
    expect((await shop.get('/readyz')).status).toBe(200)
    expect((await shop.get('/readyz')).body).toMatchObject({ status: 'degraded', redis: 'unavailable' })
    await redis.start()
    const before = hits()
    await eventually(() => expect(hits()).toBeGreaterThan(before + 10))
    running = false
    await Promise.all(readers)
    expect(failures).toEqual([])
    expect(answered).toBeGreaterThan(30)
    expect((await shop.get('/readyz')).body).toMatchObject({ status: 'ok', redis: 'ok' })
  })

  it('[G6, case 10] given a Redis that accepts and never answers, when read, then the answer comes from Postgres', async () => {
    const { redis, shop, read, count, hits } = await shopWithOwnRedis()
    await read()
    redis.freeze()
    expect((await shop.get('/readyz')).body).toMatchObject({ status: 'degraded', redis: 'unavailable' })
    expect(await read()).toMatchObject({ slug: 'blue-mug' })
    expect(count('store-error')).toBeGreaterThanOrEqual(1)
    redis.thaw()
    const before = hits()
    await eventually(async () => {
      await read()
      expect(hits()).toBeGreaterThan(before)
    })
  })

  it('given no Redis at all, when the application starts, then it serves from Postgres', async () => {
    const redis = await ownRedis()
    await redis.stop()
    const shop = await startTestApp({ REDIS_URL: redis.url })
    onTestFinished(() => shop.stop())
    await insertProduct(shop.sql, { slug: 'blue-mug' })
    expect((await shop.get('/api/products/blue-mug')).status).toBe(200)
    expect((await shop.get('/api/products')).status).toBe(200)
    expect((await shop.get('/api/categories')).status).toBe(200)
  })
})
