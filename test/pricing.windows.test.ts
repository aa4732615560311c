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

describe('pricing.schedule and pricing.cancel', () => {
  const schedule = async (variantId: string, fromMs: number, untilMs: number | undefined, amountMinor: number) =>
    shop.staff.schedule.mutate({
      variantId,
      currency: 'USD',
      amountMinor,
      from: await timeIn(shop, fromMs),
      ...(untilMs !== undefined && { until: await timeIn(shop, untilMs) }),
    })
  const history = async (variantId: string) =>
    (await shop.staff.history.query({ variantId })).items.map(({ amountMinor }) => amountMinor)

  it('given a scheduled window, when cancelled, then the standing price is as if it had never been', async () => {
    const { variantId } = await insertPriced(shop, 'g-lamp')
    const window = await schedule(variantId, hour, 2 * hour, 800)
    expect(window).toMatchObject({ amountMinor: 800, scheduled: true })
    expect(await history(variantId)).toEqual([1_000, 800, 1_000])
    expect(await shop.staff.cancel.mutate({ variantId, windowId: window.id })).toEqual(window)
    expect((await shop.staff.history.query({ variantId })).items).toMatchObject([
      { amountMinor: 1_000, validUntil: null },
    ])
    const again = failure(shop.staff.cancel.mutate({ variantId, windowId: window.id }))
    expect(await again).toMatchObject({ code: 'NOT_FOUND', reason: 'PRICE_WINDOW_NOT_FOUND' })
  })

  it('given a window in a currency of its own, when cancelled, then the next quote is right all the same', async () => {
    const { variantId } = await insertPriced(shop, 'h-lamp')
    const from = await timeIn(shop, hour)
    const window = await shop.staff.schedule.mutate({ variantId, currency: 'EUR', amountMinor: 800, from })
    await shop.staff.cancel.mutate({ variantId, windowId: window.id })
    expect(shop.events.filter((event) => event.type === 'fill-refused' && event.cache === 'price')).toEqual([])
    await shop.staff.set.mutate({ variantId, currency: 'USD', amountMinor: 600 })
    expect(await unit(variantId)).toBe(600)
    expect(await failure(unit(variantId, 1, 'EUR'))).toMatchObject({ reason: 'PRICE_NOT_FOUND' })
  })

  it('given a scheduled window, when another is to overlap it, then PRICE_WINDOW_TAKEN, and nothing has changed', async () => {
    const { variantId } = await insertPriced(shop, 'i-lamp')
    await schedule(variantId, hour, 3 * hour, 800)
    for (const [from, until] of [
      [2 * hour, 4 * hour],
      [hour / 2, 2 * hour],
      [hour / 2, undefined],
    ] as const) {
      expect(await failure(schedule(variantId, from, until, 700))).toMatchObject({
        code: 'CONFLICT',
        reason: 'PRICE_WINDOW_TAKEN',
      })
    }
    expect(await history(variantId)).toEqual([1_000, 800, 1_000])
  })

  it('given a writer without the lock, when windows overlap, then the exclusion constraint refuses: PRICE_WINDOW_TAKEN', async () => {
    const { variantId } = await insertPriced(shop, 'j-lamp')
    const client = await shop.sql.connect()
    let late: Promise<unknown>
    try {
      await client.query(`BEGIN; SET LOCAL session_replication_role = replica`) // no triggers, so no lock on the product
      await client.query(
        `INSERT INTO price (variant_id, currency, min_quantity, amount_minor, valid_from, valid_until, scheduled)
         VALUES ($1, 'USD', 5, 800, now() + interval '1 hour', now() + interval '2 hours', true)`,
        [variantId],
      )
      const window = { from: await timeIn(shop, hour), until: await timeIn(shop, 2 * hour) }
      late = failure(
        shop.staff.schedule.mutate({ variantId, currency: 'USD', minQuantity: 5, amountMinor: 700, ...window }),
      )
      await eventually(async () => {
        const { rowCount } = await shop.sql.query(
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO price%'`,
        )
        expect(rowCount).toBe(1)
      })
      await client.query('COMMIT')
    } finally {
      client.release()
    }
    expect(await late).toMatchObject({ code: 'CONFLICT', reason: 'PRICE_WINDOW_TAKEN' })
  })

  it('given a time that is past, too far, or the wrong way round, when scheduled, then the field is named', async () => {
    const { variantId } = await insertPriced(shop, 'k-lamp')
    const year = 366 * 24 * hour
    const path = (data: { issues: { path: string }[] }) => data.issues.map((issue) => issue.path)
    for (const [from, until, field, reason] of [
      [-1_000, hour, 'from', 'PRICE_WINDOW_OUT_OF_RANGE'],
      [3 * year, 4 * year, 'from', 'PRICE_WINDOW_OUT_OF_RANGE'],
      [hour, 3 * year, 'until', 'PRICE_WINDOW_OUT_OF_RANGE'],
      [2 * hour, hour, 'until', 'INVALID_INPUT'],
    ] as const) {
      const data = await failure(schedule(variantId, from, until, 700))
      expect([data.code, data.reason, path(data)]).toEqual(['BAD_REQUEST', reason, [field]])
    }
    expect(await history(variantId)).toEqual([1_000])
  })

  it('given a price that has begun, or a part of the standing one, when cancelled, then it stays', async () => {
    const { variantId } = await insertPriced(shop, 'l-lamp')
    await schedule(variantId, hour, 2 * hour, 800)
    const { items } = await shop.staff.history.query({ variantId })
    const cancel = (index: number) =>
      failure(shop.staff.cancel.mutate({ variantId, windowId: items[index]?.id as string }))
    expect(await cancel(0)).toMatchObject({ code: 'NOT_FOUND', reason: 'PRICE_WINDOW_NOT_FOUND' })
    expect(await cancel(2)).toMatchObject({ code: 'CONFLICT', reason: 'PRICE_WINDOW_BEGUN' })
    expect((await shop.staff.history.query({ variantId })).items).toEqual(items)
  })
})

describe('pricing.history', () => {
  it('given many windows, when paged, then each is there once, newest first', async () => {
    const { variantId } = await insertPriced(shop, 'm-lamp')
    for (let amountMinor = 1; amountMinor <= 6; amountMinor++) {
      await shop.staff.set.mutate({ variantId, currency: 'USD', amountMinor })
    }
    const seen: number[] = []
    let cursor: string | undefined
    do {
      const page = await shop.staff.history.query({ variantId, limit: 2, ...(cursor && { cursor }) })
      seen.push(...page.items.map(({ amountMinor }) => amountMinor))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 1_000])
  })

  it('given a cursor that is broken, or of another history, when used, then CURSOR_INVALID', async () => {
    const { variantId } = await insertPriced(shop, 'n-lamp')
    await shop.staff.set.mutate({ variantId, currency: 'USD', amountMinor: 1 })
    const { nextCursor } = await shop.staff.history.query({ variantId, limit: 1 })
    const good = nextCursor ?? ''
    const forged = Buffer.from(JSON.stringify(['xxxxxxxx', 1, variantId])).toString('base64url')
    for (const cursor of ['', 'x', good.slice(0, -4), forged, Buffer.from('null').toString('base64url')]) {
      const data = await failure(shop.staff.history.query({ variantId, cursor }))
      expect(data).toMatchObject({ code: 'BAD_REQUEST', reason: 'CURSOR_INVALID' })
    }
    const elsewhere = failure(shop.staff.history.query({ variantId, currency: 'USD', cursor: good }))
    expect(await elsewhere).toMatchObject({ reason: 'CURSOR_INVALID' })
    expect(await failure(shop.staff.history.query({ variantId: unknown }))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'VARIANT_NOT_FOUND',
    })
  })
})
