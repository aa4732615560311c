/** Lamps, which have everything a product can have, and two processes that show them. */
import { expect } from 'vitest'
import { insertCategory } from '../support/catalog.ts'
import { eventually } from '../support/eventually.ts'
import { failureOf, startTwoApps } from '../support/staff.ts'

export type Shops = Awaited<ReturnType<typeof startLampShops>>

export const image = (name: string) => `https://example.com/${name}.jpg`
export const notFound = expect.objectContaining({ code: 'NOT_FOUND', reason: 'PRODUCT_NOT_FOUND' })

/** With the categories home and lamps, the facet colour, and lamps to create. */
export async function startLampShops() {
  const shops = await startTwoApps()
  const { here, there, staff } = shops
  await insertCategory(here.sql, 'home')
  const lamps = await insertCategory(here.sql, 'lamps', 'home')
  const values = [
    { code: 'red', title: 'Red' },
    { code: 'blue', title: 'Blue' },
  ]
  await staff.catalog.facet.upsert.mutate({ code: 'colour', title: 'Colour', values })

  const lamp = (slug: string, rest = {}) =>
    staff.catalog.product.create.mutate({
      slug,
      title: 'Lamp',
      categoryId: lamps,
      vendor: 'Lux',
      tags: ['light'],
      options: [
        { name: 'Size', values: ['S', 'L'] },
        { name: 'Colour', values: ['Red', 'Blue'] },
      ],
      media: [{ url: image('a'), alt: 'A' }, { url: image('b') }],
      facets: { colour: ['red'] },
      variants: [
        {
          sku: `${slug}-s`,
          options: [
            { name: 'Colour', value: 'Red' },
            { name: 'Size', value: 'S' },
          ],
          weightGrams: 500,
          imageUrl: image('b'),
          prices: [
            { currency: 'USD', amountMinor: 1_000, compareAtMinor: 1_200 },
            { currency: 'EUR', amountMinor: 900 },
          ],
        },
      ],
      ...rest,
    })

  /** Both processes at once, so that both have it in their caches. */
  const both = <T>(one: (shop: typeof here) => Promise<T>) => Promise.all([one(here), one(there)])
  /** The process that changed it answers so at once; the near cache of the other may take some milliseconds. */
  const bothAnswer = async (one: (shop: typeof here) => Promise<unknown>, expected: unknown) => {
    expect(await one(here)).toEqual(expected)
    await eventually(async () => expect(await one(there)).toEqual(expected))
  }

  return {
    ...shops,
    lamp,
    publicLamp: async (slug: string, rest = {}) => {
      const { id, version } = await lamp(slug, rest)
      return staff.catalog.product.publish.mutate({ id, expectedVersion: version })
    },
    both,
    bothAnswer,
    bySlug: (slug: string) => (shop: typeof here) => shop.trpc.catalog.product.bySlug.query({ slug }),
    absent: (slug: string) => (shop: typeof here) => failureOf(shop.trpc.catalog.product.bySlug.query({ slug })),
    slugs: (input: Parameters<typeof here.trpc.catalog.product.list.query>[0]) => async (shop: typeof here) =>
      (await shop.trpc.catalog.product.list.query(input)).items.map((item) => item.slug),
  }
}
