import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failureOf, outboxIsEmpty } from '../support/staff.ts'
import { type Shops, startLampShops } from './lamps.ts'

let shops: Shops
let staff: Shops['staff']
type Rows = Parameters<typeof staff.catalog.product.bulkUpsert.mutate>[0]['products']

beforeAll(async () => {
  shops = await startLampShops()
  staff = shops.staff
})
afterAll(() => shops.stop())

const upsert = async (products: Rows) => (await staff.catalog.product.bulkUpsert.mutate({ products })).results
const mug = (slug: string, amountMinor = 900, rest: Partial<Rows[number]> = {}): Rows[number] => ({
  slug,
  title: 'Mug',
  status: 'active',
  facets: { colour: ['red'] },
  variants: [{ sku: `sku-${slug}`, prices: [{ currency: 'USD', amountMinor }] }],
  ...rest,
})
const outcomes = (results: Awaited<ReturnType<typeof upsert>>) => results.map(({ outcome }) => outcome)

describe('bulk upsert', () => {
  it('G4: given new rows, the same again, and one of them changed, then created, unchanged, updated; both processes follow', async () => {
    const slugs = ['mug-1', 'mug-2', 'mug-3']
    await shops.both(shops.absent('mug-2'))
    expect(await shops.both(shops.slugs({ text: 'mug' }))).toEqual([[], []])
    const created = await upsert(slugs.map((slug) => mug(slug)))
    expect(outcomes(created)).toEqual(['created', 'created', 'created'])
    await shops.bothAnswer(
      shops.bySlug('mug-2'),
      expect.objectContaining({ id: created[1]?.id, version: 1, status: 'active' }),
    )
    await shops.bothAnswer(async (shop) => (await shops.slugs({ text: 'mug' })(shop)).sort(), slugs)

    const again = await upsert(slugs.map((slug) => mug(slug)))
    expect(again).toEqual(created.map((result) => ({ ...result, outcome: 'unchanged' })))

    const changed = await upsert([mug('mug-1'), mug('mug-2', 500), mug('mug-3', 900, { title: 'Cup', tags: ['new'] })])
    expect(changed.map(({ outcome, version }) => [outcome, version])).toEqual([
      ['unchanged', 1],
      ['updated', 2],
      ['updated', 2],
    ])
    await shops.bothAnswer(shops.slugs({ sort: 'price', priceMax: 600 }), ['mug-2'])
    await shops.bothAnswer(shops.bySlug('mug-3'), expect.objectContaining({ title: 'Cup', tags: ['new'] }))
    await outboxIsEmpty(shops.here)
  })

  it('given bad rows of every kind between good ones, when upserted, then each fails alone and says why, with nothing of it written', async () => {
    await upsert([mug('taken')])
    const rows = [
      mug('good-1'),
      { slug: 'bad slug', title: 'X' },
      mug('unknown-facet', 1, { facets: { colour: ['red', 'pink'] } }),
      mug('late-sku', 1, {
        options: [{ name: 'Size', values: ['S', 'L'] }],
        variants: [
          { options: [{ name: 'Size', value: 'S' }] },
          { options: [{ name: 'Size', value: 'L' }], sku: 'sku-taken' },
        ],
      }),
      mug('good-1', 1),
      mug('no-price', 1, { variants: [] }),
      { slug: 'no-title' } as Rows[number],
      mug('negative', -1),
      null as unknown as Rows[number],
      mug('good-2'),
    ]
    const results = await upsert(rows)
    expect(results.map(({ outcome, error }) => error?.reason ?? outcome)).toEqual([
      'created',
      'INVALID_INPUT',
      'FACET_UNKNOWN',
      'SKU_TAKEN',
      'ROW_REPEATED',
      'NOT_PUBLISHABLE',
      'INVALID_INPUT',
      'INVALID_INPUT',
      'INVALID_INPUT',
      'created',
    ])
    expect(results[7]?.error?.issues).toMatchObject([{ path: 'variants.0.prices.0.amountMinor' }])
    expect(results.map(({ slug }) => slug)).toEqual([...rows.slice(0, 8).map((row) => row.slug), null, 'good-2'])
    const { rows: written } = await shops.here.sql.query(
      'SELECT slug FROM product WHERE slug = ANY ($1) ORDER BY slug',
      [rows.map((row) => row?.slug)],
    )
    expect(written.map(({ slug }) => slug)).toEqual(['good-1', 'good-2'])
    expect((await staff.catalog.product.current.query({ slug: 'good-1' })).variants[0]?.prices[0]?.amountMinor).toBe(
      900,
    )
    await outboxIsEmpty(shops.here)
  })

  it('given a bad row for a product there is, when upserted, then the product is as it was', async () => {
    await upsert([mug('whole')])
    const before = await staff.catalog.product.current.query({ slug: 'whole' })
    const [result] = await upsert([mug('whole', 1, { title: 'New', media: [], facets: { nothing: ['x'] } })])
    expect(result).toMatchObject({ outcome: 'failed', error: { reason: 'FACET_UNKNOWN' } })
    expect(await staff.catalog.product.current.query({ slug: 'whole' })).toEqual(before)
  })

  it('given the same 60 new rows four times at once, in opposite orders, when done, then each was created once', async () => {
    const rows = Array.from({ length: 60 }, (_, index) => mug(`many-${index}`))
    const all = await Promise.all([rows, rows.toReversed(), rows, rows.toReversed()].map(upsert))
    const counts = Map.groupBy(all.flat(), ({ outcome }) => outcome)
    expect(counts.get('created')).toHaveLength(60)
    expect(counts.get('unchanged')).toHaveLength(180)
  })

  it('given 501 rows, none, or unknown fields, when upserted, then INVALID_INPUT names the field', async () => {
    for (const products of [[], Array.from({ length: 501 }, (_, index) => mug(`m-${index}`))]) {
      const refused = await failureOf(upsert(products))
      expect(refused).toMatchObject({ code: 'BAD_REQUEST', reason: 'INVALID_INPUT', issues: [{ path: 'products' }] })
    }
    const [unknown] = await upsert([{ ...mug('odd'), colour: 'red' } as Rows[number]])
    expect(unknown).toMatchObject({ outcome: 'failed', error: { reason: 'INVALID_INPUT' } })
  })

  it('given 500 rows, when upserted, then all are', async () => {
    const results = await upsert(Array.from({ length: 500 }, (_, index) => ({ slug: `bulk-${index}`, title: 'Bare' })))
    expect(results).toHaveLength(500)
    expect(new Set(outcomes(results))).toEqual(new Set(['created']))
    await outboxIsEmpty(shops.here)
  }, 120_000)
})
