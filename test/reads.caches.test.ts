import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/app.ts'
import { insertCategory, insertProduct } from './support/catalog.ts'
import { eventually } from './support/eventually.ts'

// Changes are made by SQL, behind the application's back; the relay has the caches follow.

let shop: TestApp
const ids: Record<string, string> = {}

beforeAll(async () => {
  shop = await startTestApp()
  ids.lamps = await insertCategory(shop.sql, 'lamps')
  ids.mugs = await insertCategory(shop.sql, 'mugs')
  await shop.sql.query(`
    WITH f AS (INSERT INTO facet (code, title) VALUES ('colour', 'Colour') RETURNING id)
    INSERT INTO facet_value (facet_id, code, title) SELECT id, code, code FROM f, unnest(ARRAY['red', 'blue']) code;
    INSERT INTO location (code, title) VALUES ('main', 'Main')`)
  ids.lamp = await insertProduct(shop.sql, { slug: 'lamp', title: 'Lamp', categoryId: ids.lamps, prices: [500] })
  ids.mug = await insertProduct(shop.sql, { slug: 'mug', title: 'Mug', categoryId: ids.mugs, prices: [300] })
  for (const slug of ['lamp', 'mug']) await assign(slug, 'red')
  await setStock('lamp', 0)
  await setStock('mug', 5)
})
afterAll(() => shop.stop())

const assign = (slug: string, value: string) =>
  shop.sql.query('INSERT INTO product_facet_value SELECT $1, id FROM facet_value WHERE code = $2', [ids[slug], value])
const setStock = (slug: string, onHand: number) =>
  shop.sql.query(
    `INSERT INTO stock_level (variant_id, location_id, on_hand)
     SELECT v.id, l.id, $2 FROM variant v, location l WHERE v.product_id = $1
     ON CONFLICT (variant_id, location_id) DO UPDATE SET on_hand = $2`,
    [ids[slug], onHand],
  )

type Filter = NonNullable<Parameters<typeof shop.trpc.catalog.product.list.query>[0]>
const list = async (filter: Filter) =>
  (await shop.trpc.catalog.product.list.query(filter)).items.map(({ slug }) => slug).sort()
const counts = async (filter: object) => {
  const { facets } = await shop.trpc.catalog.product.facets.query(filter)
  return Object.fromEntries(facets.flatMap(({ values }) => values.map(({ code, count }) => [code, count])))
}

/** The reads that are watched, by what they depend on. */
const reads = {
  'all, newest': () => list({}),
  'all, red': () => list({ facets: { colour: ['red'] } }),
  'all, in stock': () => list({ inStock: true }),
  'all, by price': () => list({ sort: 'price' }),
  'lamps, red': () => list({ category: 'lamps', facets: { colour: ['red'] } }),
  'lamps, in stock': () => list({ category: 'lamps', inStock: true }),
  'lamps, cheap': () => list({ category: 'lamps', priceMax: 400 }),
  'mugs, red': () => list({ category: 'mugs', facets: { colour: ['red'] } }),
  'mugs, in stock': () => list({ category: 'mugs', inStock: true }),
  'facets of all': () => counts({}),
  'facets of lamps': () => counts({ category: 'lamps' }),
  'facets of lamps in stock': () => counts({ category: 'lamps', inStock: true }),
  'facets of cheap lamps': () => counts({ category: 'lamps', priceMax: 400 }),
  'facets of mugs': () => counts({ category: 'mugs' }),
  suggestions: async () => (await shop.trpc.catalog.product.suggest.query({ text: 'lam' })).titles,
}
type Name = keyof typeof reads
const names = Object.keys(reads) as Name[]

/** Reads all; tells which of them went to Postgres. */
async function loaded(): Promise<Name[]> {
  const those: Name[] = []
  for (const name of names) {
    const from = shop.events.length
    await reads[name]()
    const cache =
      name === 'suggestions' ? 'product-suggest' : name.startsWith('facets') ? 'product-facets' : 'product-list'
    if (shop.events.slice(from).some((event) => event.type === 'load' && event.cache === cache)) those.push(name)
  }
  return those
}

/** When the outbox is empty, the caches have followed. */
const followed = () => eventually(async () => expect((await shop.sql.query('SELECT FROM outbox')).rowCount).toBe(0))

describe('a change by SQL, and the cached reads', () => {
  beforeEach(async () => {
    await followed()
    await loaded()
    expect(await loaded()).toEqual([])
  })

  it('given a facet value assigned to a lamp, when read again, then what depends on facets of lamps is new, no more', async () => {
    await assign('lamp', 'blue')
    await followed()
    expect(await loaded()).toEqual([
      'all, red',
      'lamps, red',
      'facets of all',
      'facets of lamps',
      'facets of lamps in stock',
      'facets of cheap lamps',
    ])
    expect(await counts({ category: 'lamps' })).toEqual({ red: 1, blue: 1 })
    expect(await list({ category: 'lamps', facets: { colour: ['blue'] } })).toEqual(['lamp'])
  })

  it('given lamps that come into stock, when read again, then what depends on stock of lamps is new, no more', async () => {
    await setStock('lamp', 2)
    await followed()
    expect(await loaded()).toEqual(['all, in stock', 'lamps, in stock', 'facets of lamps in stock'])
    expect(await list({ category: 'lamps', inStock: true })).toEqual(['lamp'])
    expect(await counts({ category: 'lamps', inStock: true })).toEqual({ red: 1, blue: 1 })
  })

  it('given stock that stays stock, when read again, then nothing is new', async () => {
    await setStock('lamp', 1)
    await followed()
    expect(await loaded()).toEqual([])
  })

  it('given a new price of the lamp, when read again, then what depends on prices of lamps is new, no more', async () => {
    await shop.sql.query(
      'UPDATE price SET amount_minor = 399 FROM variant v WHERE v.id = variant_id AND v.product_id = $1',
      [ids.lamp],
    )
    await followed()
    expect(await loaded()).toEqual(['all, by price', 'lamps, cheap', 'facets of cheap lamps'])
    expect(await list({ category: 'lamps', priceMax: 400 })).toEqual(['lamp'])
    expect(await counts({ category: 'lamps', priceMax: 400 })).toEqual({ red: 1, blue: 1 })
  })

  it('given a new title, when read again, then the suggestions are new, no more', async () => {
    await shop.sql.query(`UPDATE product SET title = 'Lampshade' WHERE slug = 'lamp'`)
    await followed()
    expect(await loaded()).toEqual(['suggestions'])
    expect(await reads.suggestions()).toEqual(['Lampshade'])
  })

  it('given a facet value that is renamed, when read again, then its new title is counted', async () => {
    await shop.sql.query(`UPDATE facet_value SET title = 'Crimson' WHERE code = 'red'`)
    await followed()
    const { facets } = await shop.trpc.catalog.product.facets.query({ category: 'mugs' })
    expect(facets).toEqual([{ code: 'colour', title: 'Colour', values: [{ code: 'red', title: 'Crimson', count: 1 }] }])
  })

  it('given an archived lamp, when read again, then it is nowhere, and lists of mugs are left alone', async () => {
    await shop.sql.query(`UPDATE product SET status = 'archived' WHERE slug = 'lamp'`)
    await followed()
    const again = await loaded()
    expect(names.filter((name) => !again.includes(name))).toEqual(['mugs, red', 'mugs, in stock', 'facets of mugs'])
    expect(await reads.suggestions()).toEqual([])
    expect(await counts({ category: 'lamps' })).toEqual({})
    expect(await list({ sort: 'price' })).toEqual(['mug'])
  })
})
