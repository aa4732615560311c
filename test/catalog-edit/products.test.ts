import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { adminToken, clientWith, failureOf, outboxIsEmpty } from '../support/staff.ts'
import { image, notFound, type Shops, startLampShops } from './lamps.ts'

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

describe('create, publish, archive', () => {
  it('given a whole product, when created, then it is a draft with all its parts, and the public does not see it', async () => {
    const product = await shops.lamp(slug)
    expect(product).toMatchObject({
      slug,
      status: 'draft',
      version: 1,
      vendor: 'Lux',
      tags: ['light'],
      category: { slug: 'lamps', path: '/home/lamps/' },
      options: [
        { name: 'Size', values: ['S', 'L'] },
        { name: 'Colour', values: ['Red', 'Blue'] },
      ],
      media: [
        { url: image('a'), alt: 'A' },
        { url: image('b'), alt: '' },
      ],
      facets: [{ code: 'colour', title: 'Colour', values: [{ code: 'red', title: 'Red' }] }],
      variants: [
        {
          sku: `${slug}-s`,
          title: 'S / Red',
          weightGrams: 500,
          imageUrl: image('b'),
          options: [
            { name: 'Size', value: 'S' },
            { name: 'Colour', value: 'Red' },
          ],
          prices: [
            { currency: 'EUR', amountMinor: 900 },
            { currency: 'USD', amountMinor: 1_000, compareAtMinor: 1_200 },
          ],
        },
      ],
    })
    await shops.bothAnswer(shops.absent(slug), notFound)
    expect(await staff.catalog.product.current.query({ slug })).toEqual(product)
    await outboxIsEmpty(shops.here)
  })

  it('G4: given a draft that both processes know not to exist, when published, then both have it at once, lists too', async () => {
    const { id, version } = await shops.lamp(slug)
    await shops.both(shops.absent(slug))
    const home = shops.slugs({ category: 'home' })
    const [before] = await shops.both(home)
    const published = await staff.catalog.product.publish.mutate({ id, expectedVersion: version })
    expect(published).toMatchObject({ status: 'active', version: 2 })
    await shops.bothAnswer(shops.bySlug(slug), published)
    await shops.bothAnswer(home, [slug, ...before])
    await outboxIsEmpty(shops.here)
  })

  it('G4: given an active product that both processes have cached, when archived, then neither shows it', async () => {
    const { id, version } = await shops.publicLamp(slug)
    await shops.both(shops.bySlug(slug))
    const listed = shops.slugs({ category: 'lamps' })
    const [before] = await shops.both(listed)
    const archived = await staff.catalog.product.archive.mutate({ id, expectedVersion: version })
    expect(archived).toMatchObject({ status: 'archived', version: 3 })
    await shops.bothAnswer(
      listed,
      before.filter((each) => each !== slug),
    )
    await shops.bothAnswer(shops.absent(slug), notFound)
    await outboxIsEmpty(shops.here)
  })

  it('given a product without a living variant that has a price, when published, then NOT_PUBLISHABLE, and it is a draft', async () => {
    const bare = await shops.lamp(slug, { variants: [], options: [] })
    const publish = (product: { id: string; version: number }) =>
      staff.catalog.product.publish.mutate({ id: product.id, expectedVersion: product.version })
    const refusal = { code: 'CONFLICT', reason: 'NOT_PUBLISHABLE' }
    expect(await failureOf(publish(bare))).toMatchObject(refusal)
    const unpriced = await staff.catalog.variant.upsert.mutate({ productId: bare.id })
    expect(unpriced.variants).toMatchObject([{ title: 'Default Title', prices: [] }])
    expect(await failureOf(publish(unpriced))).toMatchObject(refusal)
    const priced = await staff.catalog.variant.upsert.mutate({
      productId: bare.id,
      prices: [{ currency: 'USD', amountMinor: 0 }],
    })
    expect(priced.variants).toHaveLength(1)
    const removed = await staff.catalog.variant.remove.mutate({ id: priced.variants[0]?.id ?? '' })
    expect(await failureOf(publish(removed))).toMatchObject(refusal)
    expect(await staff.catalog.product.current.query({ id: bare.id })).toEqual(removed)
  })
})

describe('update', () => {
  it('G4: given a product that both processes have cached, when updated, then both read the answer of the update', async () => {
    const { id, version } = await shops.publicLamp(slug)
    await shops.both(shops.bySlug(slug))
    const torches = shops.slugs({ text: 'torch' })
    expect(await shops.both(torches)).toEqual([[], []])
    const listed = shops.slugs({ category: 'lamps' })
    const [before] = await shops.both(listed)
    const updated = await staff.catalog.product.update.mutate({
      id,
      expectedVersion: version,
      title: 'Torch',
      description: 'Bright.',
      categoryId: null,
      tags: [],
      media: [{ url: image('b'), alt: 'B' }, { url: image('c') }],
      facets: { colour: ['blue', 'red'] },
    })
    expect(updated).toMatchObject({
      title: 'Torch',
      description: 'Bright.',
      vendor: 'Lux',
      version: version + 1,
      category: null,
      tags: [],
      media: [{ url: image('b'), alt: 'B' }, { url: image('c') }],
      facets: [{ code: 'colour', values: [{ code: 'red' }, { code: 'blue' }] }],
      variants: [{ imageUrl: image('b') }],
    })
    await shops.bothAnswer(shops.bySlug(slug), updated)
    await shops.bothAnswer(torches, [slug])
    await shops.bothAnswer(
      listed,
      before.filter((each) => each !== slug),
    )
    await outboxIsEmpty(shops.here)
  })

  it('given a new slug, when updated, then the product is at the new one and no longer at the old one', async () => {
    const { id, version } = await shops.publicLamp(slug)
    await shops.both(shops.bySlug(slug))
    const renamed = await staff.catalog.product.update.mutate({ id, expectedVersion: version, slug: `${slug}-new` })
    await shops.bothAnswer(shops.absent(slug), notFound)
    expect(await shops.there.trpc.catalog.product.bySlug.query({ slug: `${slug}-new` })).toEqual(renamed)
  })

  it('given an older version, when updated, published or archived, then VERSION_CONFLICT says which one there is', async () => {
    const { id } = await shops.publicLamp(slug)
    const { update, publish, archive } = staff.catalog.product
    const conflict = { code: 'CONFLICT', reason: 'VERSION_CONFLICT', currentVersion: 2 }
    for (const procedure of [update, publish, archive]) {
      expect(await failureOf(procedure.mutate({ id, expectedVersion: 1 }))).toMatchObject(conflict)
    }
    const nobody = '01890a5d-ac96-774b-bcce-b302099a8057'
    expect(await failureOf(update.mutate({ id: nobody, expectedVersion: 1 }))).toMatchObject({ code: 'NOT_FOUND' })
    expect(await staff.catalog.product.current.query({ id })).toMatchObject({ version: 2, status: 'active' })
  })

  it('given ten updates of one version at once, in two processes, when done, then one has happened', async () => {
    const { id, version } = await shops.lamp(slug)
    const elsewhere = clientWith(shops.there, adminToken)
    const attempts = Array.from({ length: 10 }, (_, index) =>
      (index % 2 ? staff : elsewhere).catalog.product.update.mutate({
        id,
        expectedVersion: version,
        title: `Title ${index}`,
        options: [
          { name: 'Size', values: ['S'] },
          { name: 'Colour', values: ['Red', `Colour ${index}`] },
        ],
      }),
    )
    const outcomes = await Promise.allSettled(attempts)
    const winners = outcomes.filter((outcome) => outcome.status === 'fulfilled')
    expect(winners).toHaveLength(1)
    expect(await staff.catalog.product.current.query({ id })).toEqual(winners[0]?.value)
  })

  it('given options in a new order, when updated, then variants are called so; given one in use is left out, then OPTION_IN_USE', async () => {
    const { id, version } = await shops.lamp(slug)
    const update = (options: { name: string; values: string[] }[]) =>
      staff.catalog.product.update.mutate({ id, expectedVersion: version, options })
    const without = await failureOf(update([{ name: 'Size', values: ['S'] }]))
    expect(without).toMatchObject({ code: 'CONFLICT', reason: 'OPTION_IN_USE', field: 'options' })
    const colours = { name: 'Colour', values: ['Blue', 'Red', 'Green'] }
    const turned = await update([colours, { name: 'Size', values: ['S'] }])
    expect(turned).toMatchObject({
      options: [colours, { name: 'Size', values: ['S'] }],
      variants: [{ title: 'Red / S', options: [{ value: 'Red' }, { value: 'S' }] }],
    })
  })

  it('given another order of media and variants, when reordered, then reads have it; given not all of them, then ORDER_OUTDATED', async () => {
    const { id } = await shops.publicLamp(slug)
    const choose = (size: string) => [
      { name: 'Size', value: size },
      { name: 'Colour', value: 'Blue' },
    ]
    await staff.catalog.variant.upsert.mutate({ productId: id, options: choose('S') })
    const { variants } = await staff.catalog.variant.upsert.mutate({ productId: id, options: choose('L') })
    await shops.both(shops.bySlug(slug))
    const ids = variants.map((variant) => variant.id).reverse()
    const media = [image('b'), image('a')]
    const reordered = await staff.catalog.product.reorder.mutate({ id, media, variants: ids })
    expect(reordered.variants.map((variant) => variant.id)).toEqual(ids)
    expect(reordered.media.map(({ url }) => url)).toEqual(media)
    await shops.bothAnswer(shops.bySlug(slug), reordered)
    const partial = staff.catalog.product.reorder.mutate({ id, media: [], variants: ids.slice(1) })
    expect(await failureOf(partial)).toMatchObject({ code: 'CONFLICT', reason: 'ORDER_OUTDATED', field: 'media' })
    expect(await staff.catalog.product.current.query({ id })).toEqual(reordered)
  })
})
