import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { clientWith, failureOf, outboxIsEmpty, staffToken } from '../support/staff.ts'
import { image, type Shops, startLampShops } from './lamps.ts'

let shops: Shops
let staff: Shops['staff']
let n = 0
let slug: string
let product: Awaited<ReturnType<Shops['publicLamp']>>

beforeAll(async () => {
  shops = await startLampShops()
  staff = shops.staff
})
afterAll(() => shops.stop())
beforeEach(async () => {
  slug = `lamp-${++n}`
  product = await shops.publicLamp(slug)
})

const choice = (size: string, colour: string) => [
  { name: 'Size', value: size },
  { name: 'Colour', value: colour },
]
type Upsert = Parameters<typeof staff.catalog.variant.upsert.mutate>[0]
const upsert = (rest: Partial<Upsert>) => staff.catalog.variant.upsert.mutate({ productId: product.id, ...rest })
const cheapest = () => shops.slugs({ sort: 'price', priceMax: 500 })

describe('upsert', () => {
  it('G4: given a variant that is new, when upserted, then it is last, and reads and price lists of both processes have it', async () => {
    await shops.both(shops.bySlug(slug))
    expect(await shops.both(cheapest())).toEqual([[], []])
    const changed = await upsert({
      options: choice('L', 'Blue'),
      sku: `${slug}-l`,
      prices: [{ currency: 'USD', amountMinor: 400 }],
    })
    expect(changed).toMatchObject({
      version: product.version + 1,
      variants: [{}, { title: 'L / Blue', sku: `${slug}-l` }],
    })
    await shops.bothAnswer(shops.bySlug(slug), changed)
    await shops.bothAnswer(cheapest(), [slug])
    await outboxIsEmpty(shops.here)
    await upsert({ options: choice('L', 'Blue'), prices: [{ currency: 'USD', amountMinor: 4_000 }] })
    await shops.bothAnswer(cheapest(), [])
  })

  it('given the option values of a variant there is, when upserted, then what is given changes and the rest stays', async () => {
    const [before] = product.variants
    const changed = await upsert({
      options: choice('S', 'Red').reverse(),
      weightGrams: null,
      prices: [
        { currency: 'USD', amountMinor: 1_100 },
        { currency: 'GBP', amountMinor: 800, compareAtMinor: null },
      ],
    })
    expect(changed.variants).toEqual([
      {
        ...before,
        weightGrams: null,
        prices: [
          { currency: 'EUR', amountMinor: 900 },
          { currency: 'GBP', amountMinor: 800 },
          { currency: 'USD', amountMinor: 1_100, compareAtMinor: 1_200 },
        ],
      },
    ])
    const { rows } = await shops.here.sql.query(
      `SELECT amount_minor::int AS amount, valid_until IS NULL AS now FROM price
       WHERE variant_id = $1 AND currency = 'USD' ORDER BY valid_from`,
      [before?.id],
    )
    expect(rows).toEqual([
      { amount: 1_000, now: false },
      { amount: 1_100, now: true },
    ])
  })

  it('given an id, when upserted with other values, then the same variant has them; given those of another, then VARIANT_TAKEN', async () => {
    const id = product.variants[0]?.id ?? ''
    await upsert({ options: choice('L', 'Red') })
    const moved = await upsert({ id: id.toUpperCase(), options: choice('S', 'Blue'), imageUrl: image('a') })
    expect(moved.variants[0]).toMatchObject({ id, title: 'S / Blue', imageUrl: image('a'), sku: `${slug}-s` })
    const twin = await failureOf(upsert({ id, options: choice('L', 'Red') }))
    expect(twin).toMatchObject({ code: 'CONFLICT', reason: 'VARIANT_TAKEN', field: 'options' })
    expect(await staff.catalog.product.current.query({ slug })).toEqual(moved)
  })

  it('given values that are no choice, an unknown id, or an older version, when upserted, then it is refused', async () => {
    const invalid = { code: 'BAD_REQUEST', reason: 'OPTIONS_INVALID', field: 'options' }
    const size = { name: 'Size', value: 'S' }
    for (const options of [[], [size], [...choice('S', 'Red'), { name: 'Age', value: '1' }], choice('XL', 'Red')]) {
      expect(await failureOf(upsert({ options }))).toMatchObject(invalid)
    }
    const prototype = [size, { name: 'Colour', value: 'constructor' }]
    expect(await failureOf(upsert({ options: prototype }))).toMatchObject(invalid)
    const nobody = '01890a5d-ac96-774b-bcce-b302099a8057'
    const options = choice('S', 'Red')
    expect(await failureOf(upsert({ id: nobody, options }))).toMatchObject({ reason: 'VARIANT_NOT_FOUND' })
    expect(await failureOf(upsert({ productId: nobody, options }))).toMatchObject({ reason: 'PRODUCT_NOT_FOUND' })
    const older = await failureOf(upsert({ options, expectedVersion: 1 }))
    expect(older).toMatchObject({ reason: 'VERSION_CONFLICT', currentVersion: 2 })
    expect(await staff.catalog.product.current.query({ slug })).toEqual(product)
  })

  it('given twenty upserts at once in two processes, when done, then each variant is there once and the version counts them', async () => {
    const elsewhere = clientWith(shops.there, staffToken)
    const all = [choice('S', 'Red'), choice('S', 'Blue'), choice('L', 'Red'), choice('L', 'Blue')]
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? staff : elsewhere).catalog.variant.upsert.mutate({
          productId: product.id,
          options: all[index % 4] ?? [],
          prices: [{ currency: 'USD', amountMinor: 1_000 + index }],
        }),
      ),
    )
    const after = await staff.catalog.product.current.query({ slug })
    expect(after.version).toBe(product.version + 20)
    expect(after.variants.map(({ title }) => title).sort()).toEqual(['L / Blue', 'L / Red', 'S / Blue', 'S / Red'])
    expect(answers.find(({ version }) => version === after.version)).toEqual(after)
    await shops.bothAnswer(shops.bySlug(slug), after)
  })
})

describe('remove', () => {
  it('G4: given a variant, when removed, then nobody reads it, its row stays and its SKU is free', async () => {
    const { id = '', sku } = product.variants[0] ?? {}
    await shops.both(shops.bySlug(slug))
    const dear = shops.slugs({ sort: 'price', currency: 'EUR' })
    await shops.both(dear)
    const changed = await staff.catalog.variant.remove.mutate({ id })
    expect(changed).toMatchObject({ version: product.version + 1, variants: [] })
    await shops.bothAnswer(shops.bySlug(slug), changed)
    expect(await dear(shops.here)).not.toContain(slug)
    const { rows } = await shops.here.sql.query('SELECT sku, deleted_at FROM variant WHERE id = $1', [id])
    expect(rows).toEqual([{ sku, deleted_at: expect.any(Date) }])
    await outboxIsEmpty(shops.here)
    expect((await upsert({ sku, options: choice('S', 'Red') })).variants).toMatchObject([{ sku }])
    const again = await failureOf(staff.catalog.variant.remove.mutate({ id }))
    expect(again).toMatchObject({ code: 'NOT_FOUND', reason: 'VARIANT_NOT_FOUND' })
  })
})
