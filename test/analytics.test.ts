import { randomUUID } from 'node:crypto'
import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { AppRouter } from '../src/app.ts'
import { startTestApp, staffToken, type TestApp } from './support/app.ts'
import { insertCategory, insertProduct } from './support/catalog.ts'
import { eventually } from './support/eventually.ts'

const prefix = randomUUID().slice(0, 8)
const asStaff = ({ base }: TestApp) =>
  createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${base}/trpc`, headers: { authorization: `Bearer ${staffToken}` } })],
  }).analytics
const loadsOf = ({ events }: TestApp, cache: string) =>
  events.filter((event) => event.type === 'load' && event.cache === cache).length

let shop: TestApp
const ids: Record<string, string> = {}
beforeAll(async () => {
  shop = await startTestApp({ CACHE_PREFIX: prefix })
  await insertCategory(shop.sql, 'home')
  for (const [slug, status] of [
    ['blue-mug', 'active'],
    ['red-mug', 'active'],
    ['old-mug', 'active'],
    ['draft-mug', 'draft'],
    ['gone-mug', 'archived'],
  ] as const) {
    ids[slug] = await insertProduct(shop.sql, {
      slug,
      title: slug,
      status,
      prices: slug === 'red-mug' ? [500, 900] : [700],
    })
  }
  await shop.sql.query(`INSERT INTO price (variant_id, currency, amount_minor)
    SELECT v.id, 'EUR', 650 FROM variant v JOIN product p ON p.id = v.product_id WHERE p.slug = 'blue-mug'`)
  await shop.sql.query(`WITH l AS (INSERT INTO location (code, title) VALUES ('main', 'Main') RETURNING id)
    INSERT INTO stock_level (variant_id, location_id, on_hand, reserved, safety_stock)
    SELECT v.id, l.id, CASE p.slug WHEN 'blue-mug' THEN 5 ELSE 2 END, 1, 1
    FROM l, variant v JOIN product p ON p.id = v.product_id WHERE p.slug IN ('blue-mug', 'red-mug')`)
  const view = (slug: string, minutesAgo: number, views: number) =>
    shop.sql.query(`INSERT INTO product_view VALUES ($1, date_trunc('minute', now()) - $2 * interval '1 minute', $3)`, [
      ids[slug],
      minutesAgo,
      views,
    ])
  await view('blue-mug', 50, 2)
  await view('blue-mug', 2, 1)
  await view('red-mug', 1, 5)
  await view('old-mug', 61, 100)
  await view('gone-mug', 1, 50)
})
afterAll(() => shop.stop())

describe('analytics', () => {
  it('given views, when trending is read, then it has the active products of the last hour, most looked at first', async () => {
    const { items, asOf } = await shop.trpc.analytics.trending.query()
    expect(Date.parse(asOf)).not.toBeNaN()
    const shown = { imageUrl: null, reservations: 0 }
    expect(items).toEqual([
      { ...shown, id: ids['red-mug'], slug: 'red-mug', title: 'red-mug', views: 5 },
      { ...shown, id: ids['blue-mug'], slug: 'blue-mug', title: 'blue-mug', views: 3 },
    ])
  })

  it('given a shop, when staff read the overview, then the figures are those of the tables', async () => {
    expect(await asStaff(shop).overview.query()).toEqual({
      asOf: expect.any(String),
      products: { draft: 1, active: 3, archived: 1 },
      outOfStock: 2, // red-mug has but its safety stock, old-mug nothing
      categories: 1,
      viewsLastHour: 58,
      prices: [
        { currency: 'EUR', products: 1, minMinor: 650, maxMinor: 650 },
        { currency: 'USD', products: 3, minMinor: 500, maxMinor: 900 },
      ],
    })
  })

  it('given anyone, when the overview is read, then TOKEN_REQUIRED', async () => {
    const error = await shop.trpc.analytics.overview.query().catch((reason: unknown) => reason)
    expect(error instanceof TRPCClientError && error.data).toMatchObject({ reason: 'TOKEN_REQUIRED' })
  })

  it('given an empty shop, when read, then there are figures all the same', async () => {
    const empty = await startTestApp()
    onTestFinished(() => empty.stop())
    expect((await empty.trpc.analytics.trending.query()).items).toEqual([])
    expect(await asStaff(empty).overview.query()).toMatchObject({ outOfStock: 0, viewsLastHour: 0, prices: [] })
  })

  it('[G4] given a cached ranking, when its products change by SQL, then it shows them as they are', async () => {
    await shop.trpc.analytics.trending.query()
    await shop.sql.query(`UPDATE product SET title = 'Renamed' WHERE slug = 'blue-mug'`)
    await shop.sql.query(`UPDATE product SET status = 'archived' WHERE slug = 'red-mug'`)
    await eventually(async () => {
      const { items } = await shop.trpc.analytics.trending.query()
      expect(items.map(({ title }) => title)).toEqual(['Renamed'])
    })
    expect(loadsOf(shop, 'trending')).toBe(1)
  })

  it('given reservations, when trending is counted anew, then those of the last hour count for ten views each', async () => {
    const reserve = (key: string, id: string) =>
      shop.sql.query(
        `INSERT INTO reservation (id, idempotency_key, request_hash, lines, expires_at)
         SELECT ${id}, $1, '', jsonb_build_array(jsonb_build_object('variantId', id, 'locationId', id, 'quantity', 7)), now()
         FROM variant WHERE product_id = $2 LIMIT 1`,
        [key, ids['blue-mug']],
      )
    await reserve('now', 'uuidv7()')
    await reserve('long ago', `uuidv7(interval '-61 minutes')`)
    await shop.sql.query(`UPDATE product SET status = 'active' WHERE id = $1`, [ids['red-mug']])
    await shop.app.cache.admin.invalidate('trending')
    await eventually(async () => {
      const { items } = await shop.trpc.analytics.trending.query()
      expect(items.map(({ id, views, reservations }) => [id, views, reservations])).toEqual([
        [ids['blue-mug'], 3, 1],
        [ids['red-mug'], 5, 0],
      ])
    })
  })
})

describe('keeping figures warm', () => {
  it('given three processes that look at once, when nothing is stored, then each figure is counted once, and reads load nothing', async () => {
    const others = await Promise.all(
      [1, 2].map(() => startTestApp({ DATABASE_URL: shop.databaseUrl, CACHE_PREFIX: `${prefix}-w` })),
    )
    const first = await startTestApp({ DATABASE_URL: shop.databaseUrl, CACHE_PREFIX: `${prefix}-w` })
    const all = [first, ...others]
    onTestFinished(async () => {
      for (const each of all) await each.stop()
    })
    await Promise.all(all.map(({ app }) => app.analytics.keepWarm.look()))
    await Promise.all(all.map(({ app }) => app.analytics.keepWarm.look()))
    const loads = (cache: string) => all.reduce((sum, each) => sum + loadsOf(each, cache), 0)
    expect([loads('overview'), loads('trending')]).toEqual([1, 1])
    await Promise.all(all.map((each) => asStaff(each).overview.query()))
    expect(loads('overview')).toBe(1)
  })

  it('given an application, when it starts, then the figures are there before anybody asks; not with warming off', async () => {
    const warm = await startTestApp({ CACHE_DISABLE: 'near' })
    onTestFinished(() => warm.stop())
    await eventually(() => expect([loadsOf(warm, 'overview'), loadsOf(warm, 'trending')]).toEqual([1, 1]))
    expect([loadsOf(shop, 'overview')]).toEqual([1]) // by the test above
  })
})
