import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/app.ts'
import { anyFilter, countsOf, fillShelf, matching, type ShelfFilter, type ShelfProduct } from './support/shelf.ts'

let shop: TestApp
let products: ShelfProduct[]

beforeAll(async () => {
  shop = await startTestApp()
  products = await fillShelf(shop.sql, 300)
})
afterAll(() => shop.stop())

const sorts = ['newest', 'title', 'price', 'price-desc'] as const

/** All pages, one after the other. */
async function slugsOf(filter: ShelfFilter & { sort?: (typeof sorts)[number] }, limit: number): Promise<string[]> {
  const slugs: string[] = []
  let cursor: string | undefined
  do {
    const page = await shop.trpc.catalog.product.list.query({ ...filter, limit, cursor })
    slugs.push(...page.items.map(({ slug }) => slug))
    cursor = page.nextCursor ?? undefined
  } while (cursor)
  return slugs
}

function keyOf(slug: string, sort: (typeof sorts)[number], currency: 'USD' | 'EUR' = 'USD'): string | number {
  const product = products.find((each) => each.slug === slug)
  if (sort === 'newest') return -Date.parse(product?.createdAt ?? '')
  if (sort === 'title') return product?.title ?? ''
  return (product?.prices[currency] ?? 0) * (sort === 'price' ? 1 : -1)
}

describe(`filters, against a model, on 300 random products`, () => {
  it('given any filter, when listed page by page in any order, then exactly the products of the model come, in order', async () => {
    const size = fc.integer({ min: 7, max: 100 })
    await fc.assert(
      fc.asyncProperty(anyFilter, fc.constantFrom(...sorts), size, async (filter, sort, limit) => {
        const byPrice = sort === 'price' || sort === 'price-desc'
        const expected = matching(products, filter).filter(
          ({ prices }) => !byPrice || prices[filter.currency ?? 'USD'] !== undefined,
        )
        const slugs = await slugsOf({ ...filter, sort }, limit)
        expect(slugs.toSorted()).toEqual(expected.map(({ slug }) => slug).sort())
        const keys = slugs.map((slug) => keyOf(slug, sort, filter.currency))
        expect(keys).toEqual(keys.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  it('given any filter, when the facets are counted, then the counts are the model’s: a facet does not narrow its own', async () => {
    await fc.assert(
      fc.asyncProperty(anyFilter, async (filter) => {
        const { facets } = await shop.trpc.catalog.product.facets.query(filter)
        const counts = facets.map(({ code, values }) => [
          code,
          Object.fromEntries(values.map((v) => [v.code, v.count])),
        ])
        expect(Object.fromEntries(counts)).toEqual(countsOf(products, filter))
      }),
      { numRuns: 200 },
    )
  }, 60_000)

  it('given equal filters written differently, when asked, then they share an entry', async () => {
    const loads = () =>
      shop.events.filter((event) => event.type === 'load' && event.cache.startsWith('product-')).length
    const ask = async (filter: ShelfFilter) => {
      await shop.trpc.catalog.product.list.query({ ...filter, limit: 99 })
      await shop.trpc.catalog.product.facets.query(filter)
    }
    await ask({ text: 'Oak  LAMP', facets: { season: ['winter', 'summer'], colour: ['red', 'red'] }, inStock: false })
    const before = loads()
    await ask({ text: 'oak lamp', facets: { colour: ['red'], season: ['summer', 'winter'] } })
    expect(loads()).toBe(before)
  })
})
