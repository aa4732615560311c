import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from './support/eventually.ts'
import { failure, insertPriced, type PricedApp, startPricedApp } from './support/pricing.ts'
import { ownRedis } from './support/redis.ts'

let shop: PricedApp
let other: PricedApp
beforeAll(async () => {
  shop = await startPricedApp()
  other = await startPricedApp({ DATABASE_URL: shop.databaseUrl, CACHE_PREFIX: shop.prefix })
})
afterAll(async () => {
  await other.stop()
  await shop.stop()
})

const unit = async (app: PricedApp, variantId: string, quantity = 1, currency = 'USD') =>
  (await app.pricing.quote.query({ currency, lines: [{ variantId, quantity }] })).lines[0]?.unitMinor
const count = (app: PricedApp, type: string, cache = 'price') =>
  app.events.filter((event) => event.type === type && 'cache' in event && event.cache === cache).length
const outboxIsEmpty = () =>
  eventually(async () => expect((await shop.sql.query('SELECT FROM outbox')).rowCount).toBe(0))

describe('pricing.set', () => {
  it('given a price, when another is set, then it is valid from now on, and the first is history', async () => {
    const { variantId } = await insertPriced(shop, 'a-lamp')
    const set = await shop.staff.set.mutate({ variantId, currency: 'USD', amountMinor: 900, compareAtMinor: 1_000 })
    expect(set).toMatchObject({ variantId, currency: 'USD', minQuantity: 1, amountMinor: 900, compareAtMinor: 1_000 })
    expect(set).toMatchObject({ validUntil: null, scheduled: false })
    const { items } = await shop.staff.history.query({ variantId })
    expect(items.map(({ amountMinor }) => amountMinor)).toEqual([900, 1_000])
    expect(items[0]).toEqual(set)
    expect(items[1]?.validUntil).toBe(set.validFrom)
  })

  it('given a request that comes late, after its caller has set another price, when it says what it expected, then it undoes nothing', async () => {
    const { variantId } = await insertPriced(shop, 'z-lamp')
    const price = { variantId, currency: 'USD' }
    await shop.staff.set.mutate({ ...price, amountMinor: 1_200, expectedMinor: 1_000 })
    const late = shop.staff.set.mutate({ ...price, amountMinor: 1_100, expectedMinor: 1_000 })
    expect(await failure(late)).toMatchObject({ code: 'CONFLICT', reason: 'PRICE_CHANGED' })
    expect(await unit(shop, variantId)).toBe(1_200)
    expect((await shop.staff.history.query({ variantId })).items.length).toBe(2)
  })

  it('given two who set a price from the same one at once, when both say what they expected, then one of them is told', async () => {
    const { variantId } = await insertPriced(shop, 'y-lamp')
    const outcomes = await Promise.allSettled(
      [shop, other].map((app, index) =>
        app.staff.set.mutate({ variantId, currency: 'USD', amountMinor: 1_500 + index, expectedMinor: 1_000 }),
      ),
    )
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })

  it('given no price in a currency, when none was expected, then it is set; when expected again, then PRICE_CHANGED', async () => {
    const { variantId } = await insertPriced(shop, 'x-lamp')
    const first = { variantId, currency: 'CHF', amountMinor: 700, expectedMinor: null }
    expect(await shop.staff.set.mutate(first)).toMatchObject({ amountMinor: 700 })
    expect(await failure(shop.staff.set.mutate(first))).toMatchObject({ reason: 'PRICE_CHANGED' })
  })

  it('[G4] given a cached price, when another is set, then the next quote anywhere is a hit with the new one', async () => {
    const { variantId } = await insertPriced(shop, 'b-lamp')
    await outboxIsEmpty()
    expect(await unit(shop, variantId)).toBe(1_000)
    await eventually(async () => {
      const hits = count(shop, 'hit')
      await unit(shop, variantId)
      expect(count(shop, 'hit')).toBe(hits + 1)
    })
    for (let amountMinor = 501; amountMinor <= 510; amountMinor++) {
      await shop.staff.set.mutate({ variantId, currency: 'USD', amountMinor })
      const [loads, hits] = [count(shop, 'load'), count(shop, 'hit')]
      const otherLoads = count(other, 'load')
      expect(await unit(shop, variantId)).toBe(amountMinor)
      expect(await unit(other, variantId)).toBe(amountMinor)
      expect([count(shop, 'load'), count(shop, 'hit')]).toEqual([loads, hits + 1])
      expect(count(other, 'load')).toBe(otherLoads)
    }
    await outboxIsEmpty() // nothing is left for the relay that would throw it away again
    const loads = count(shop, 'load')
    expect(await unit(shop, variantId)).toBe(510)
    expect(count(shop, 'load')).toBe(loads)
  })

  it('[G4] given a product and a list by price, when a price is set, then both have it at once, in every process', async () => {
    const { variantId, slug } = await insertPriced(shop, 'c-lamp')
    const cheapest = async (app: PricedApp) => {
      const { items } = await app.trpc.catalog.product.list.query({ sort: 'price', limit: 1 })
      return items[0]?.slug
    }
    const shown = async (app: PricedApp) =>
      (await app.trpc.catalog.product.bySlug.query({ slug })).variants[0]?.prices[0]?.amountMinor
    for (const app of [shop, other]) {
      expect(await shown(app)).toBe(1_000)
      expect(await cheapest(app)).not.toBe(slug)
    }
    await shop.staff.set.mutate({ variantId, currency: 'USD', amountMinor: 1 })
    expect([await shown(shop), await cheapest(shop), await cheapest(other)]).toEqual([1, slug, slug])
    await eventually(async () => expect(await shown(other)).toBe(1))
    await shop.staff.set.mutate({ variantId, currency: 'USD', amountMinor: 100_000 })
  })

  it('[G5] given a cached price, when changed by SQL, or its product or variant goes, then quotes follow', async () => {
    const { variantId, productId } = await insertPriced(shop, 'd-lamp')
    expect(await unit(shop, variantId)).toBe(1_000)
    await shop.sql.query('UPDATE price SET amount_minor = 700 WHERE variant_id = $1', [variantId])
    await eventually(async () => expect(await unit(shop, variantId)).toBe(700))
    const gone = () =>
      eventually(async () =>
        expect(await failure(unit(shop, variantId))).toMatchObject({ reason: 'VARIANT_NOT_FOUND' }),
      )
    const back = () => eventually(async () => expect(await unit(shop, variantId)).toBe(700))
    await shop.sql.query(`UPDATE product SET status = 'archived' WHERE id = $1`, [productId])
    await gone()
    await shop.sql.query(`UPDATE product SET status = 'active' WHERE id = $1`, [productId])
    await back()
    await shop.sql.query('UPDATE variant SET deleted_at = now() WHERE id = $1', [variantId])
    await gone()
    await shop.sql.query('UPDATE variant SET deleted_at = NULL WHERE id = $1', [variantId])
    await back()
    await shop.sql.query('DELETE FROM price WHERE variant_id = $1', [variantId])
    await eventually(async () =>
      expect(await failure(unit(shop, variantId))).toMatchObject({ reason: 'PRICE_NOT_FOUND' }),
    )
    await shop.sql.query('DELETE FROM product WHERE id = $1', [productId])
    await gone()
  })

  it('given 20 sets at once in two processes, when all are acknowledged, then history adds up and every read says the last', async () => {
    const { variantId, slug } = await insertPriced(shop, 'e-lamp', 5_000)
    await Promise.all([unit(shop, variantId), unit(other, variantId)])
    const amounts = Array.from({ length: 20 }, (_, index) => 2_000 + index)
    await Promise.all(
      amounts.map((amountMinor, index) =>
        (index % 2 === 0 ? shop : other).staff.set.mutate({ variantId, currency: 'USD', amountMinor }),
      ),
    )
    const { rows } = await shop.sql.query<{ amount: number; from: string; until: string | null }>(
      `SELECT amount_minor::int AS amount, valid_from::text AS from, valid_until::text AS until
       FROM price WHERE variant_id = $1 ORDER BY valid_from`,
      [variantId],
    )
    expect(rows.map(({ amount }) => amount).sort()).toEqual([...amounts, 5_000].sort())
    expect(rows.map(({ until }) => until)).toEqual([...rows.slice(1).map(({ from }) => from), null])
    const last = rows.at(-1)?.amount
    for (const app of [shop, other]) {
      expect(await unit(app, variantId)).toBe(last)
      await eventually(async () => {
        const product = await app.trpc.catalog.product.bySlug.query({ slug })
        expect(product.variants[0]?.prices[0]?.amountMinor).toBe(last)
      })
    }
    const range = await shop.sql.query(
      `SELECT min_minor::int AS min FROM product_price_range r JOIN product p ON p.id = r.product_id WHERE p.slug = $1`,
      [slug],
    )
    expect(range.rows).toEqual([{ min: last }])
  })

  it('given a set that waits for another, when it has the lock, then it is valid from then, not from its beginning', async () => {
    const { variantId } = await insertPriced(shop, 'f-lamp')
    const client = await shop.sql.connect()
    let slow: Promise<unknown>
    try {
      await client.query('BEGIN')
      await client.query('SELECT FROM product WHERE slug = $1 FOR NO KEY UPDATE', ['f-lamp'])
      slow = shop.staff.set.mutate({ variantId, currency: 'USD', amountMinor: 300 })
      await eventually(async () => {
        const { rowCount } = await shop.sql.query(
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'SELECT FROM product%FOR NO KEY UPDATE'`,
        )
        expect(rowCount).toBe(1)
      })
      await client.query('UPDATE price SET valid_until = clock_timestamp() WHERE variant_id = $1', [variantId])
      await client.query(
        `INSERT INTO price (variant_id, currency, amount_minor, valid_from)
         SELECT $1, 'USD', 200, valid_until FROM price WHERE variant_id = $1`,
        [variantId],
      )
      await client.query('COMMIT')
    } finally {
      client.release()
    }
    await slow
    expect(await unit(shop, variantId)).toBe(300)
    const { items } = await shop.staff.history.query({ variantId })
    expect(items.map(({ amountMinor }) => amountMinor)).toEqual([300, 200, 1_000])
  })

  it('[G6] given Redis hung, when a price is set, then it counts, and is what quotes say soon after Redis is back', async () => {
    const redis = await ownRedis()
    const alone = await startPricedApp({ DATABASE_URL: shop.databaseUrl, REDIS_URL: redis.url })
    onTestFinished(alone.stop)
    const { variantId } = await insertPriced(shop, 'h-lamp')
    await eventually(async () => {
      const hits = count(alone, 'hit')
      expect(await unit(alone, variantId)).toBe(1_000)
      expect(count(alone, 'hit')).toBe(hits + 1)
    })
    redis.freeze()
    await alone.staff.set.mutate({ variantId, currency: 'USD', amountMinor: 900 })
    redis.thaw()
    await eventually(async () => expect(await unit(alone, variantId)).toBe(900))
  })
})
