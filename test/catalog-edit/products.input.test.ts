import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { failureOf } from '../support/staff.ts'
import { type Shops, startLampShops } from './lamps.ts'

let shops: Shops
let staff: Shops['staff']
let n = 0
let slug: string

beforeAll(async () => {
  shops = await startLampShops()
  staff = shops.staff
})
afterAll(() => shops.stop())
beforeEach(() => {
  slug = `lamp-${++n}`
})

describe('what is taken, unknown or wrong', () => {
  it('given a taken slug, when created or updated, then SLUG_TAKEN names the field', async () => {
    const first = await shops.lamp(slug)
    expect(await failureOf(shops.lamp(slug, { variants: [] }))).toMatchObject({
      code: 'CONFLICT',
      reason: 'SLUG_TAKEN',
      field: 'slug',
    })
    slug = `${slug}-other`
    const { id } = await shops.lamp(slug)
    const update = staff.catalog.product.update.mutate({ id, expectedVersion: 1, slug: first.slug })
    expect(await failureOf(update)).toMatchObject({ reason: 'SLUG_TAKEN' })
  })

  it('given a taken SKU, when created, then SKU_TAKEN names it and nothing is written', async () => {
    const { variants } = await shops.lamp(slug)
    slug = `${slug}-other`
    const sku = variants[0]?.sku ?? ''
    const refused = await failureOf(shops.lamp(slug, { options: [], variants: [{ sku }] }))
    expect(refused).toMatchObject({ code: 'CONFLICT', reason: 'SKU_TAKEN', field: 'sku' })
    expect(await failureOf(staff.catalog.product.current.query({ slug }))).toMatchObject({ code: 'NOT_FOUND' })
  })

  const nobody = '01890a5d-ac96-774b-bcce-b302099a8057'
  it.each([
    [{ categoryId: nobody }, 'CATEGORY_UNKNOWN', 'categoryId'],
    [{ facets: { colour: ['pink'] } }, 'FACET_UNKNOWN', 'facets.colour'],
    [{ facets: { nothing: ['red'] } }, 'FACET_UNKNOWN', 'facets.nothing'],
    [{ variants: [{}] }, 'OPTIONS_INVALID', 'options'],
    [{ options: [], variants: [{ options: [{ name: 'Size', value: 'S' }] }] }, 'OPTIONS_INVALID', 'options'],
    [{ options: [], variants: [{ imageUrl: 'https://example.com/none.jpg' }] }, 'IMAGE_UNKNOWN', 'imageUrl'],
  ])('given %j, when created, then BAD_REQUEST %s names %s and nothing is written', async (input, reason, field) => {
    expect(await failureOf(shops.lamp(slug, input))).toMatchObject({ code: 'BAD_REQUEST', reason, field })
    expect(await failureOf(staff.catalog.product.current.query({ slug }))).toMatchObject({ code: 'NOT_FOUND' })
  })

  it.each([
    [{ slug: 'a b' }, 'slug'],
    [{ slug: 'a/b' }, 'slug'],
    [{ slug: '..' }, 'slug'],
    [{ slug: 'x'.repeat(256) }, 'slug'],
    [{ title: '' }, 'title'],
    [{ title: 'a\0b' }, 'title'],
    [{ title: 'half \ud83d' }, 'title'],
    [{ description: 'x'.repeat(100_001) }, 'description'],
    [{ categoryId: 'home' }, 'categoryId'],
    [{ tags: ['a', 'a'] }, 'tags'],
    [{ tags: Array.from({ length: 251 }, String) }, 'tags'],
    [{ options: [{ name: 'Size', values: [] }] }, 'options.0.values'],
    [{ media: [{ url: 'javascript:alert(1)' }] }, 'media.0.url'],
    [{ media: [{ url: `https://example.com/${'é'.repeat(1_500)}` }] }, 'media.0.url'],
    [{ facets: { 'Not A Code': ['x'] } }, 'facets.Not A Code'],
    [{ facets: { colour: 'red' } }, 'facets.colour'],
    [{ variants: [{ weightGrams: 2 ** 31 }] }, 'variants.0.weightGrams'],
    [{ variants: [{ weightGrams: -1 }] }, 'variants.0.weightGrams'],
    [{ variants: [{ prices: [{ currency: 'USD', amountMinor: -1 }] }] }, 'variants.0.prices.0.amountMinor'],
    [{ variants: [{ prices: [{ currency: 'USD', amountMinor: 1.5 }] }] }, 'variants.0.prices.0.amountMinor'],
    [{ variants: [{ prices: [{ currency: 'USD', amountMinor: 1e16 }] }] }, 'variants.0.prices.0.amountMinor'],
    [{ variants: [{ prices: [{ currency: 'XQX', amountMinor: 1 }] }] }, 'variants.0.prices.0.currency'],
    [{ variants: Array.from({ length: 101 }, () => ({})) }, 'variants'],
    [{ status: 'active' }, ''],
  ])('given %j, when created, then INVALID_INPUT names %s', async (input, field) => {
    const refused = await failureOf(shops.lamp(slug, input))
    expect(refused).toMatchObject({ code: 'BAD_REQUEST', reason: 'INVALID_INPUT' })
    expect(refused.issues.map((issue: { path: string }) => issue.path)).toContain(field)
  })

  it('given the longest texts that are allowed, when created, then they are kept', async () => {
    const wide = (length: number) => '\u{1f600}'.repeat(length / 2)
    const product = await shops.lamp(slug, {
      slug: `${slug}${wide(240)}`,
      title: wide(254),
      vendor: wide(254),
      description: wide(100_000),
      tags: [wide(254)],
      options: [{ name: wide(254), values: [wide(254)] }],
      variants: [{ sku: wide(254), barcode: wide(254), options: [{ name: wide(254), value: wide(254) }] }],
      media: [{ url: `https://example.com/${'x'.repeat(1_980)}`, alt: wide(1_000) }],
    })
    expect(product.title).toBe(wide(254))
    expect(product.variants[0]?.title).toBe(wide(254))
  })
})
