import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPriceCache } from '../src/pricing/caches.ts'
import { testCache } from './support/cache.ts'
import { eventually } from './support/eventually.ts'
import { failure, insertPriced, type PricedApp, startPricedApp, timeIn } from './support/pricing.ts'

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

type Told = Awaited<ReturnType<typeof told>>

/** What the lamp costs by all that tells: quote, product, and its place in the list by price. */
async function told(app: PricedApp, { variantId, slug }: { variantId: string; slug: string }) {
  const { lines } = await app.pricing.quote.query({ currency: 'USD', lines: [{ variantId, quantity: 1 }] })
  const product = await app.trpc.catalog.product.bySlug.query({ slug })
  const { items } = await app.trpc.catalog.product.list.query({ sort: 'price', limit: 1 })
  return {
    quote: lines[0]?.unitMinor,
    product: product.variants[0]?.prices[0]?.amountMinor,
    cheapest: items[0]?.slug === slug,
  }
}
const now = async () => {
  const { rows } = await shop.sql.query<{ now: number }>(
    'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now',
  )
  return rows[0]?.now as number
}

describe('a price that begins and ends by itself', () => {
  /** Until all applications tell `after`; before `changes`, by Postgres' clock, a quote is never `after` yet. */
  const turns = async (lamp: { variantId: string; slug: string }, changes: number, after: Told) => {
    const turn = (app: PricedApp) =>
      eventually(async () => {
        const seen = await told(app, lamp)
        if ((await now()) < changes) expect(seen.quote).not.toBe(after.quote)
        expect(seen).toEqual(after)
      })
    await Promise.all([turn(shop), turn(other)])
    expect(await now()).toBeGreaterThanOrEqual(changes)
  }

  it('given a price ahead, and all of it cached, when its time comes, then quote, product and list show it', async () => {
    await insertPriced(shop, 'mug', 500)
    const lamp = await insertPriced(shop, 'lamp', 1_000)
    const from = await timeIn(shop, 2_000)
    await shop.staff.schedule.mutate({ variantId: lamp.variantId, currency: 'USD', amountMinor: 1, from })
    await turns(lamp, Date.parse(from), { quote: 1, product: 1, cheapest: true })
  })

  it('given a price that ends, and all of it cached, when its time is over, then nothing shows it any longer', async () => {
    const vase = await insertPriced(shop, 'vase', 0)
    const until = await timeIn(shop, 2_000)
    await shop.sql.query('UPDATE price SET valid_until = $2 WHERE variant_id = $1', [vase.variantId, until])
    await shop.sql.query(
      `INSERT INTO price (variant_id, currency, amount_minor, valid_from) VALUES ($1, 'USD', 1000, $2)`,
      [vase.variantId, until],
    )
    await turns(vase, Date.parse(until), { quote: 1_000, product: 1_000, cheapest: false })
  })

  it('given a cached price, when Postgres’ clock says that it changes soon, then its entry lives no longer than that', async () => {
    const { variantId } = await insertPriced(shop, 'jug')
    const from = await timeIn(shop, 3_600_000)
    await shop.staff.schedule.mutate({ variantId, currency: 'USD', amountMinor: 1, from })
    for (const [left, most] of [
      [700, 700],
      [60_000, 60_000],
      [-5, 1],
    ] as const) {
      const { cache, events, count } = await testCache({ prefix: randomUUID().slice(0, 8) })
      const clock = { now: () => Date.parse(from) - left }
      const prices = createPriceCache(cache, shop.app.db, clock)
      expect(await prices.get(variantId)).toMatchObject({ changesAt: Date.parse(from) })
      await eventually(() => expect(count('fill')).toBe(1))
      const fill = events.find((event) => event.type === 'fill')
      expect(fill?.type === 'fill' && fill.ttlMs).toBeLessThanOrEqual(most)
    }
  })

  it('given a product whose price was due, when the range is made anew, then nothing is due for ever', async () => {
    const { variantId, productId } = await insertPriced(shop, 'bowl')
    const due = async () => (await shop.sql.query('SELECT FROM price_due WHERE product_id = $1', [productId])).rowCount
    await shop.staff.schedule.mutate({ variantId, currency: 'USD', amountMinor: 900, from: await timeIn(shop, 1_500) })
    expect(await due()).toBe(1)
    await eventually(async () => expect(await due()).toBe(0))
    await shop.staff.schedule.mutate({ variantId, currency: 'USD', amountMinor: 800, from: await timeIn(shop, 60_000) })
    expect(await due()).toBe(1)
    await shop.sql.query('UPDATE variant SET deleted_at = now() WHERE id = $1', [variantId])
    expect(await due()).toBe(0)
  })
})

describe('any sequence of changes', () => {
  const hour = 3_600_000
  const step = fc.record({
    act: fc.constantFrom('set', 'schedule', 'schedule', 'schedule', 'cancel'),
    tier: fc.constantFrom({ currency: 'USD', minQuantity: 1 }, { currency: 'EUR', minQuantity: 5 }),
    amountMinor: fc.integer({ min: 1, max: 1_000 }),
    begin: fc.integer({ min: 1, max: 9 }),
    length: fc.constantFrom(1, 2, 4, undefined),
    pick: fc.nat(),
  })

  it('given random sets, schedules and cancels, when looked at at any time, then there is one price, that of a simple model', async () => {
    let runs = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        const { variantId } = await insertPriced(shop, `random-${runs++}`, 1_000)
        const origin = Math.ceil(await now()) + hour
        const time = (hours: number) => new Date(origin + hours * hour).toISOString()
        const models = new Map([
          ['USD', { standing: 1_000 as number | undefined, windows: [] as ModelWindow[] }],
          ['EUR', { standing: undefined as number | undefined, windows: [] as ModelWindow[] }],
        ])
        for (const { act, tier, amountMinor, begin, length, pick } of steps) {
          const model = models.get(tier.currency) as { standing: number | undefined; windows: ModelWindow[] }
          const price = { variantId, ...tier, amountMinor }
          if (act === 'set') {
            await shop.staff.set.mutate(price)
            model.standing = amountMinor
          } else if (act === 'schedule') {
            const end = length === undefined ? Infinity : begin + length
            const taken = model.windows.some((window) => window.begin < end && window.end > begin)
            const until = length === undefined ? {} : { until: time(begin + length) }
            const scheduled = shop.staff.schedule.mutate({ ...price, from: time(begin), ...until })
            if (taken) expect(await failure(scheduled)).toMatchObject({ reason: 'PRICE_WINDOW_TAKEN' })
            else model.windows.push({ id: (await scheduled).id, begin, end, amountMinor })
          } else if (model.windows.length > 0) {
            const [{ id }] = model.windows.splice(pick % model.windows.length, 1) as [ModelWindow]
            await other.staff.cancel.mutate({ variantId, windowId: id })
          }
        }
        for (const [currency, { standing, windows }] of models) {
          const { rows } = await shop.sql.query<{ hours: number; amounts: number[] }>(
            `SELECT hours::float8, array_remove(array_agg(p.amount_minor::int), NULL) AS amounts
             FROM generate_series(0, 14, 0.5) hours LEFT JOIN price p ON p.variant_id = $1 AND p.currency = $2
               AND tstzrange(p.valid_from, p.valid_until) @> $3::timestamptz + hours * interval '1 hour'
             GROUP BY hours ORDER BY hours`,
            [variantId, currency, time(0)],
          )
          const expected = rows.map(({ hours }) => {
            const window = windows.find(({ begin, end }) => begin <= hours && hours < end)
            return [window?.amountMinor ?? standing].filter((amount) => amount !== undefined)
          })
          expect(rows.map(({ amounts }) => amounts)).toEqual(expected)
          // The cache has it, too.
          const quote = shop.pricing.quote.query({ currency, lines: [{ variantId, quantity: 5 }] })
          if (standing === undefined) expect(await failure(quote)).toMatchObject({ reason: 'PRICE_NOT_FOUND' })
          else expect((await quote).totalMinor).toBe(standing * 5)
        }
      }),
      { numRuns: 25 },
    )
  })
})

interface ModelWindow {
  id: string
  begin: number
  end: number
  amountMinor: number
}
