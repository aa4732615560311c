import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import { failure, insertPriced, type PricedApp, startPricedApp, timeIn } from './support/pricing.ts'

const unknown = '01890a5d-ac96-774b-bcce-b302099a8057'
const hour = 3_600_000

let shop: PricedApp
beforeAll(async () => {
  shop = await startPricedApp()
})
afterAll(() => shop.stop())

const unit = async (variantId: string, quantity = 1, currency = 'USD') =>
  (await shop.pricing.quote.query({ currency, lines: [{ variantId, quantity }] })).lines[0]?.unitMinor
const count = (type: string) =>
  shop.events.filter((event) => event.type === type && 'cache' in event && event.cache === 'price').length

describe('pricing.quote', () => {
  it('given prices by quantity, when quoted, then lines of a variant count together', async () => {
    const [lamp, mug] = [await insertPriced(shop, 'o-lamp'), await insertPriced(shop, 'o-mug', 500)]
    const price = { variantId: lamp.variantId, currency: 'USD' }
    await shop.staff.set.mutate({ ...price, minQuantity: 10, amountMinor: 800, compareAtMinor: 1_000 })
    const lines = [
      { variantId: lamp.variantId, quantity: 4 },
      { variantId: mug.variantId, quantity: 2 },
      { variantId: lamp.variantId.toUpperCase(), quantity: 6 },
    ]
    expect(await shop.pricing.quote.query({ currency: 'USD', lines })).toEqual({
      currency: 'USD',
      lines: [
        {
          variantId: lamp.variantId,
          quantity: 4,
          unitMinor: 800,
          compareAtMinor: 1_000,
          minQuantity: 10,
          totalMinor: 3_200,
        },
        { variantId: mug.variantId, quantity: 2, unitMinor: 500, minQuantity: 1, totalMinor: 1_000 },
        {
          variantId: lamp.variantId,
          quantity: 6,
          unitMinor: 800,
          compareAtMinor: 1_000,
          minQuantity: 10,
          totalMinor: 4_800,
        },
      ],
      totalMinor: 9_000,
    })
    expect(await unit(lamp.variantId, 9)).toBe(1_000)
  })

  it('given unknown variants, drafts, or no price, when quoted, then the lines are named', async () => {
    const [lamp, draft] = [await insertPriced(shop, 'p-lamp'), await insertPriced(shop, 'p-draft', 1, 'draft')]
    const quote = (currency: string, ids: string[]) =>
      failure(shop.pricing.quote.query({ currency, lines: ids.map((variantId) => ({ variantId, quantity: 1 })) }))
    const issues = (paths: string[]) => ({ issues: paths.map((path) => expect.objectContaining({ path })) })
    expect(await quote('USD', [lamp.variantId, unknown, draft.variantId])).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'VARIANT_NOT_FOUND',
      ...issues(['lines.1.variantId', 'lines.2.variantId']),
    })
    expect(await quote('CHF', [lamp.variantId])).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'PRICE_NOT_FOUND',
      ...issues(['lines.0']),
    })
  })

  it('given a total beyond the safe integers, when quoted, then TOTAL_TOO_HIGH names the line', async () => {
    const { variantId } = await insertPriced(shop, 'q-lamp', 1_000_000_000_000_000)
    const quote = (...quantities: number[]) =>
      shop.pricing.quote.query({ currency: 'USD', lines: quantities.map((quantity) => ({ variantId, quantity })) })
    expect((await quote(9)).totalMinor).toBe(9_000_000_000_000_000)
    expect(await failure(quote(10))).toMatchObject({
      code: 'BAD_REQUEST',
      reason: 'TOTAL_TOO_HIGH',
      issues: [{ path: 'lines.0.quantity' }],
    })
    expect(await failure(quote(9, 1))).toMatchObject({ code: 'BAD_REQUEST', reason: 'TOTAL_TOO_HIGH' })
  })

  it('given 100 variants, when quoted cold, then they are loaded together', async () => {
    const ids: string[] = []
    for (let index = 0; index < 100; index++) ids.push((await insertPriced(shop, `r-${index}`)).variantId)
    await eventually(async () => expect((await shop.sql.query('SELECT FROM outbox')).rowCount).toBe(0))
    const loads = count('load')
    const lines = ids.map((variantId) => ({ variantId, quantity: 1 }))
    expect((await shop.pricing.quote.query({ currency: 'USD', lines })).totalMinor).toBe(100_000)
    expect(count('load')).toBe(loads + 1)
  })
})

describe('who may, and what is refused', () => {
  it('given nobody in particular, when setting prices or looking back, then UNAUTHORIZED', async () => {
    const { variantId } = await insertPriced(shop, 's-lamp')
    const from = await timeIn(shop, hour)
    const refused = [
      shop.pricing.set.mutate({ variantId, currency: 'USD', amountMinor: 1 }),
      shop.pricing.schedule.mutate({ variantId, currency: 'USD', amountMinor: 1, from }),
      shop.pricing.cancel.mutate({ variantId, windowId: unknown }),
      shop.pricing.history.query({ variantId }),
    ]
    for (const call of refused) expect(await failure(call)).toMatchObject({ code: 'UNAUTHORIZED' })
    expect(await unit(variantId)).toBe(1_000)
  })

  const price = { variantId: unknown, currency: 'USD', amountMinor: 1 }
  const line = { variantId: unknown, quantity: 1 }
  it.each([
    ['set', { ...price, amountMinor: -1 }, 'amountMinor'],
    ['set', { ...price, amountMinor: 1.5 }, 'amountMinor'],
    ['set', { ...price, amountMinor: 1e15 + 1 }, 'amountMinor'],
    ['set', { ...price, amountMinor: '1' }, 'amountMinor'],
    ['set', { ...price, compareAtMinor: -1 }, 'compareAtMinor'],
    ['set', { ...price, minQuantity: 0 }, 'minQuantity'],
    ['set', { ...price, minQuantity: 1_000_001 }, 'minQuantity'],
    ['set', { ...price, currency: 'usd' }, 'currency'],
    ['set', { ...price, currency: 'XYZ' }, 'currency'],
    ['set', { ...price, currency: 'US\0' }, 'currency'],
    ['set', { ...price, variantId: 'x'.repeat(10_000) }, 'variantId'],
    ['set', { ...price, colour: 'blue' }, ''],
    ['schedule', { ...price, from: 'tomorrow' }, 'from'],
    ['schedule', { ...price, from: '2026-02-30T00:00:00Z' }, 'from'],
    ['schedule', { ...price, from: '2026-01-01T00:00:00' }, 'from'],
    ['schedule', price, 'from'],
    ['cancel', { variantId: unknown, windowId: '1' }, 'windowId'],
    ['history', { variantId: unknown, limit: 101 }, 'limit'],
    ['history', { variantId: unknown, cursor: 'x'.repeat(501) }, 'cursor'],
    ['quote', { currency: 'USD', lines: [] }, 'lines'],
    ['quote', { currency: 'USD', lines: Array(101).fill(line) }, 'lines'],
    ['quote', { currency: 'USD', lines: [line, { ...line, quantity: 0 }] }, 'lines.1.quantity'],
    ['quote', { currency: 'XXX\0', lines: [line] }, 'currency'],
  ] as const)('given pricing.%s with %j, when called, then BAD_REQUEST names "%s"', async (name, input, field) => {
    const call = shop.staff[name] as unknown as Record<'query' | 'mutate', (input: unknown) => Promise<unknown>>
    const data = await failure(name === 'history' || name === 'quote' ? call.query(input) : call.mutate(input))
    expect([data.code, data.reason]).toEqual(['BAD_REQUEST', 'INVALID_INPUT'])
    expect(data.issues.map((issue: { path: string }) => issue.path)).toContain(field)
  })

  it('given no such variant, when its price is set, then VARIANT_NOT_FOUND', async () => {
    expect(await failure(shop.staff.set.mutate(price))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'VARIANT_NOT_FOUND',
    })
  })
})
