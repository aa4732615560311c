import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import { failure, insertPriced, type PricedApp, startPricedApp, timeIn } from './support/pricing.ts'

const unknown = '01890a5d-ac96-774b-bcce-b302099a8057'
const hour = 3_600_000

let shop: PricedApp
let other: PricedApp
beforeAll(async () => {
  shop = await startPricedApp()
  other = await startPricedApp({ DATABASE_URL: shop.databaseUrl, CACHE_PREFIX: shop.prefix })
})
afterAll(async () => {
  await other.stop()
  await shop.stop()
})

const unit = async (app: PricedApp, variantId: string, quantity = 1, currency = 'USD') =>
  (await app.pricing.quote.query({ currency, lines: [{ variantId, quantity }] })).lines[0]?.unitMinor
const count = (app: PricedApp, type: string, cache = 'price') =>
  app.events.filter((event) => event.type === type && 'cache' in event && event.cache === cache).length
const outboxIsEmpty = () =>
  eventually(async () => expect((await shop.sql.query('SELECT FROM outbox')).rowCount).toBe(0))

describe('pricing.set', () => {
  it('given a price, when another is set, then it is valid from now on, and the first is history', async () => {
    const { variantId } = await insertPriced(shop, 'a-lamp')
    const set = await shop.staff.set.mutate({ variantId, currency: 'USD', amountMinor: 900, compareAtMinor: 1_000 })
    expect(set).toMatchObject({ variantId, currency: 'USD', minQuantity: 1, amountMinor: 900, compareAtMinor: 1_000 })
    expect(set).toMatchObject({ validUntil: null, scheduled: false })
    const { items } = await shop.staff.history.query({ variantId })
    expect(items.map(({ amountMinor }) => amountMinor)).toEqual([900, 1_000])
    expect(items[0]).toEqual(set)
    expect(items[1]?.validUntil).toBe(set.validFrom)
  })

  it('[G4] given a cached price, when another is set, then the next quote anywhere is a hit with the new one', async () => {
    const { variantId } = await insertPriced(shop, 'b-lamp')
    await outboxIsEmpty()
    expect(await unit(shop, variantId)).toBe(1_000)
    await eventually(async () => {
      const hits = count(shop, 'hit')
      await unit(shop, variantId)
      expect(count(shop, 'hit')).toBe(hits + 1)
    })
    for (let amountMinor = 501; amountMinor <= 510; amountMinor++) {
      await shop.staff.set.mutate({ variantId, currency: 'USD', amountMinor })
      const [loads, hits] = [count(shop, 'load'), count(shop, 'hit')]
      const otherLoads = count(other, 'load')
      expect(await unit(shop, variantId)).toBe(amountMinor)
      expect(await unit(other, variantId)).toBe(amountMinor)
      expect([count(shop, 'load'), count(shop, 'hit')]).toEqual([loads, hits + 1])
      expect(count(other, 'load')).toBe(otherLoads)
    }
    await outboxIsEmpty() // nothing is left for the relay that would throw it away again
    const loads = count(shop, 'load')
    expect(await unit(shop, variantId)).toBe(510)
    expect(count(shop, 'load')).toBe(loads)
  })

  it('[G4] given a product and a list by price, when a price is set, then both have it at once, in every process', async () => {
    const { variantId, slug } = await insertPriced(shop, 'c-lamp')
    const cheapest = async (app: PricedApp) => {
      const { items } = await app.trpc.catalog.product.list.query({ sort: 'price', limit: 1 })
      return items[0]?.slug
    }
    const shown = async (app: PricedApp) =>
      (await app.trpc.catalog.product.bySlug.query({ slug })).variants[0]?.prices[0]?.amountMinor
    for (const app of [shop, other]) {
      expect(await shown(app)).toBe(1_000)
      expect(await cheapest(app)).not.toBe(slug)
    }
    await shop.staff.set.mutate({ variantId, currency: 'USD', amountMinor: 1 })
    expect([await shown(shop), await cheapest(shop), await cheapest(other)]).toEqual([1, slug, slug])
    await eventually(async () => expect(await shown(other)).toBe(1))
    await shop.staff.set.mutate({ variantId, currency: 'USD', amountMinor: 100_000 })
  })

  it('[G5] given a cached price, when changed by SQL, or its product or variant goes, then quotes follow', async () => {
    const { variantId, productId } = await insertPriced(shop, 'd-lamp')
    expect(await unit(shop, variantId)).toBe(1_000)
    await shop.sql.query('UPDATE price SET amount_minor = 700 WHERE variant_id = $1', [variantId])
    await eventually(async () => expect(await unit(shop, variantId)).toBe(700))
    const gone = () =>
      eventually(async () =>
        expect(await failure(unit(shop, variantId))).toMatchObject({ reason: 'VARIANT_NOT_FOUND' }),
      )
    const back = () => eventually(async () => expect(await unit(shop, variantId)).toBe(700))
    await shop.sql.query(`UPDATE product SET status = 'archived' WHERE id = $1`, [productId])
    await gone()
    await shop.sql.query(`UPDATE product SET status = 'active' WHERE id = $1`, [productId])
    await back()
    await shop.sql.query('UPDATE variant SET deleted_at = now() WHERE id = $1', [variantId])
    await gone()
    await shop.sql.query('UPDATE variant SET deleted_at = NULL WHERE id = $1', [variantId])
    await back()
    await shop.sql.query('DELETE FROM price WHERE variant_id = $1', [variantId])
    await eventually(async () =>
      expect(await failure(unit(shop, variantId))).toMatchObject({ reason: 'PRICE_NOT_FOUND' }),
    )
    await shop.sql.query('DELETE FROM product WHERE id = $1', [productId])
    await gone()
  })

  it('given 20 sets at once in two processes, when all are acknowledged, then history adds up and every read says the last', async () => {
    const { variantId, slug } = await insertPriced(shop, 'e-lamp', 5_000)
    await Promise.all([unit(shop, variantId), unit(other, variantId)])
    const amounts = Array.from({ length: 20 }, (_, index) => 2_000 + index)
    await Promise.all(
      amounts.map((amountMinor, index) =>
        (index % 2 === 0 ? shop : other).staff.set.mutate({ variantId, currency: 'USD', amountMinor }),
      ),
    )
    const { rows } = await shop.sql.query<{ amount: number; from: string; until: string | null }>(
      `SELECT amount_minor::int AS amount, valid_from::text AS from, valid_until::text AS until
       FROM price WHERE variant_id = $1 ORDER BY valid_from`,
      [variantId],
    )
    expect(rows.map(({ amount }) => amount).sort()).toEqual([...amounts, 5_000].sort())
    expect(rows.map(({ until }) => until)).toEqual([...rows.slice(1).map(({ from }) => from), null])
    const last = rows.at(-1)?.amount
    for (const app of [shop, other]) {
      expect(await unit(app, variantId)).toBe(last)
      await eventually(async () => {
        const product = await app.trpc.catalog.product.bySlug.query({ slug })
        expect(product.variants[0]?.prices[0]?.amountMinor).toBe(last)
      })
    }
    const range = await shop.sql.query(
      `SELECT min_minor::int AS min FROM product_price_range r JOIN product p ON p.id = r.product_id WHERE p.slug = $1`,
      [slug],
    )
    expect(range.rows).toEqual([{ min: last }])
  })

  it('given a set that waits for another, when it has the lock, then it is valid from then, not from its beginning', async () => {
    const { variantId } = await insertPriced(shop, 'f-lamp')
    const client = await shop.sql.connect()
    let slow: Promise<unknown>
    try {
      await client.query('BEGIN')
      await client.query('SELECT FROM variant WHERE id = $1 FOR NO KEY UPDATE', [variantId])
      slow = shop.staff.set.mutate({ variantId, currency: 'USD', amountMinor: 300 })
      await eventually(async () => {
        const { rowCount } = await shop.sql.query(
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR NO KEY UPDATE OF v%'`,
        )
        expect(rowCount).toBe(1)
      })
      await client.query(
        `UPDATE price SET valid_until = clock_timestamp() WHERE variant_id = $1;`.replace('$1', `'${variantId}'`),
      )
      await client.query(
        `INSERT INTO price (variant_id, currency, amount_minor, valid_from)
         SELECT $1, 'USD', 200, valid_until FROM price WHERE variant_id = $1`,
        [variantId],
      )
      await client.query('COMMIT')
    } finally {
      client.release()
    }
    await slow
    expect(await unit(shop, variantId)).toBe(300)
    const { items } = await shop.staff.history.query({ variantId })
    expect(items.map(({ amountMinor }) => amountMinor)).toEqual([300, 200, 1_000])
  })
})

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
    await shop.staff.set.mutate({ variantId, currency: 'USD', amountMinor: 600 })
    expect(await unit(shop, variantId)).toBe(600)
    expect(await failure(unit(shop, variantId, 1, 'EUR'))).toMatchObject({ reason: 'PRICE_NOT_FOUND' })
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
    expect(await unit(shop, lamp.variantId, 9)).toBe(1_000)
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
    await outboxIsEmpty()
    const loads = count(shop, 'load')
    const lines = ids.map((variantId) => ({ variantId, quantity: 1 }))
    expect((await shop.pricing.quote.query({ currency: 'USD', lines })).totalMinor).toBe(100_000)
    expect(count(shop, 'load')).toBe(loads + 1)
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
    expect(await unit(shop, variantId)).toBe(1_000)
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
