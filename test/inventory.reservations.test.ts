/** Making reservations: nothing oversold, nothing twice, all lines or none; by two applications at once. */
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp } from './support/app.ts'
import {
  countOf,
  create,
  expectBooksToBalance,
  insertLocations,
  insertStock,
  levelsOf,
  outcomeOf,
  reasonOf,
  receive,
  type StockFixture,
} from './support/reservations.ts'
import { failureOf, outboxIsEmpty, startTwoApps } from './support/staff.ts'

let here: TestApp
let there: TestApp
let stop: () => Promise<void>
let locations: string[] = []
beforeAll(async () => {
  ;({ here, there, stop } = await startTwoApps())
  locations = await insertLocations(here.sql, 3)
})
afterAll(() => stop())
afterEach(async () => {
  await expectBooksToBalance(here.sql)
  await outboxIsEmpty(here)
})

const stocked = (stock: StockFixture) => insertStock(here.sql, locations, stock)

/** Alternately here and there. */
const atBoth = <T>(count: number, work: (shop: TestApp, index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index % 2 === 0 ? here : there, index)))

describe('[G7] nothing oversold', () => {
  it('given 20 units, when 300 buyers at two applications want one each at once, then exactly 20 have one', async () => {
    const variantId = await stocked({ onHand: [20] })
    const outcomes = await atBoth(300, (shop) => outcomeOf(create(shop, [{ variantId, quantity: 1 }])))
    expect(countOf(outcomes)).toEqual({ active: 20, OUT_OF_STOCK: 280 })
    expect(await levelsOf(here.sql, variantId)).toEqual([[20, 20]])
  })

  it('given 20 units over three locations, when buyers want 1 to 3 each, then no more than 20 go, and no location has less than it had', async () => {
    const variantId = await stocked({ onHand: [9, 8, 3] })
    const granted: number[] = []
    await atBoth(60, async (shop, index) => {
      const outcome = await outcomeOf(create(shop, [{ variantId, quantity: 1 + (index % 3) }]))
      if (outcome === 'active') granted.push(1 + (index % 3))
    })
    expect(granted.reduce((sum, each) => sum + each, 0)).toBe(20)
    expect(await levelsOf(here.sql, variantId)).toEqual([[9, 9], [8, 8], [3, 3]]) // biome-ignore format: a table
  })

  it('given what is not for sale, when reserved, then it stays', async () => {
    const variantId = await stocked({ onHand: [5], safetyStock: 2 })
    expect(await reasonOf(create(here, [{ variantId, quantity: 4 }]))).toBe('OUT_OF_STOCK')
    await create(here, [{ variantId, quantity: 3 }])
    expect(await reasonOf(create(there, [{ variantId, quantity: 1 }]))).toBe('OUT_OF_STOCK')
  })

  it('given a variant on backorder, when more is reserved than there is, then it is, and commits when it has come in', async () => {
    const variantId = await stocked({ onHand: [1, 0], backorder: true })
    const { id, lines } = await create(here, [{ variantId, quantity: 5 }])
    expect(lines).toEqual([{ variantId, locationId: locations[0], quantity: 5 }])
    expect(await reasonOf(there.trpc.inventory.reservation.commit.mutate({ id }))).toBe('STOCK_NOT_IN')
    await receive(here.sql, variantId, locations[0] ?? '', 4)
    expect((await there.trpc.inventory.reservation.commit.mutate({ id })).status).toBe('committed')
    expect(await levelsOf(here.sql, variantId)).toEqual([[0, 0], [0, 0]]) // biome-ignore format: a table
  })

  it('given a variant on backorder, when more is reserved than can be counted, then OUT_OF_STOCK, and no overflow', async () => {
    const variantId = await stocked({ onHand: [0], backorder: true })
    const most = Array.from({ length: 50 }, () => ({ variantId, quantity: 1_000_000 }))
    for (let orders = 0; orders < 20; orders += 1) await create(here, most)
    expect(await reasonOf(create(here, [{ variantId, quantity: 1 }]))).toBe('OUT_OF_STOCK')
  })
})

describe('all lines, or none', () => {
  it('given one line of three that is short, when reserved, then OUT_OF_STOCK names it, and nothing is kept', async () => {
    const [plenty, little, some] = [
      await stocked({ onHand: [9] }),
      await stocked({ onHand: [1] }),
      await stocked({ onHand: [9] }),
    ]
    const lines = [plenty, little, some].map((variantId) => ({ variantId, quantity: 2 }))
    expect(await failureOf(create(here, lines))).toMatchObject({
      code: 'CONFLICT',
      reason: 'OUT_OF_STOCK',
      issues: [{ path: 'lines.1.quantity' }],
    })
    for (const variantId of [plenty, some]) expect(await levelsOf(here.sql, variantId)).toEqual([[9, 0]])
  })

  it('given lines of the same variant and location, when reserved, then they count as one, and are refused as one', async () => {
    const variantId = await stocked({ onHand: [5] })
    const twice = [
      { variantId, quantity: 3 },
      { variantId, quantity: 3 },
    ]
    expect((await failureOf(create(here, twice))).issues.map(({ path }: { path: string }) => path)).toEqual([
      'lines.0.quantity',
      'lines.1.quantity',
    ])
    const { lines } = await create(here, [
      { variantId, quantity: 3 },
      { variantId, quantity: 2 },
    ])
    expect(lines).toEqual([{ variantId, locationId: locations[0], quantity: 5 }])
  })

  it('given no location, when reserved, then the first that has all of it serves it, else several do, in their order', async () => {
    const variantId = await stocked({ onHand: [2, 5, 4] })
    const placesOf = async (quantity: number) =>
      (await create(here, [{ variantId, quantity }])).lines.map((line) => [
        locations.indexOf(line.locationId),
        line.quantity,
      ])
    expect(await placesOf(4)).toEqual([[1, 4]])
    expect(await placesOf(6)).toEqual([[0, 2], [1, 1], [2, 3]]) // biome-ignore format: a table
  })

  it('given one line with a place and one without, when reserved, then the one with comes first', async () => {
    const variantId = await stocked({ onHand: [2, 2] })
    const { lines } = await create(here, [
      { variantId, quantity: 2 },
      { variantId, quantity: 2, locationId: locations[0] },
    ])
    expect(lines.map(({ locationId, quantity }) => [locationId, quantity])).toEqual([
      [locations[0], 2],
      [locations[1], 2],
    ])
  })

  it('given unknown variants and locations, when reserved, then 404 names the lines, and their neighbours get theirs', async () => {
    const variantId = await stocked({ onHand: [50] })
    const draft = await stocked({ onHand: [5] })
    await here.sql.query(
      `UPDATE product SET status = 'draft' WHERE id = (SELECT product_id FROM variant WHERE id = $1)`,
      [draft],
    )
    const nowhere = randomUUID()
    const [good, unknown, unsold, place, elsewhere, alsoGood] = await Promise.all([
      create(here, [{ variantId, quantity: 1 }]),
      failureOf(
        create(here, [
          { variantId, quantity: 1 },
          { variantId: nowhere, quantity: 1 },
        ]),
      ),
      failureOf(create(here, [{ variantId: draft, quantity: 1 }])),
      failureOf(create(here, [{ variantId, quantity: 1, locationId: nowhere }])),
      failureOf(create(here, [{ variantId, quantity: 1, locationId: locations[2] }])),
      create(here, [{ variantId, quantity: 1 }]),
    ])
    expect([good.status, alsoGood.status]).toEqual(['active', 'active'])
    expect(unknown).toMatchObject({
      reason: 'VARIANT_NOT_FOUND',
      httpStatus: 404,
      issues: [{ path: 'lines.1.variantId' }],
    })
    expect(unsold.reason).toBe('VARIANT_NOT_FOUND')
    expect(place).toMatchObject({ reason: 'LOCATION_NOT_FOUND', issues: [{ path: 'lines.0.locationId' }] })
    expect(elsewhere.reason).toBe('OUT_OF_STOCK')
    expect(await levelsOf(here.sql, variantId)).toEqual([[50, 2]])
  })

  it('given reservations of the same variants in opposite orders, when made at two applications at once, then all of them are', async () => {
    const variants = await Promise.all(Array.from({ length: 6 }, () => stocked({ onHand: [100, 100] })))
    await atBoth(60, (shop, index) => {
      const lines = variants.map((variantId) => ({ variantId, quantity: 1 }))
      return create(shop, index % 4 < 2 ? lines : lines.reverse())
    })
    for (const variantId of variants) expect((await levelsOf(here.sql, variantId))[0]).toEqual([100, 60])
  })
})

describe('[G8] a key', () => {
  it('given the same key, when asked for 20 times at once at two applications, then there is one reservation, and one answer', async () => {
    const variantId = await stocked({ onHand: [20] })
    const idempotencyKey = randomUUID()
    const answers = await atBoth(20, (shop) => create(shop, [{ variantId, quantity: 2 }], { idempotencyKey }))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(await levelsOf(here.sql, variantId)).toEqual([[20, 2]])
  })

  it('given the same key with other bodies, when asked for at once at two applications, then one is made, the others conflict', async () => {
    const [one, other] = [await stocked({ onHand: [20] }), await stocked({ onHand: [20] })]
    const idempotencyKey = randomUUID()
    const outcomes = await atBoth(20, (shop, index) =>
      outcomeOf(create(shop, [{ variantId: index % 2 ? one : other, quantity: 2 }], { idempotencyKey })),
    )
    expect(countOf(outcomes)).toEqual({ active: 10, IDEMPOTENCY_KEY_REUSED: 10 })
    const levels = [...(await levelsOf(here.sql, one)), ...(await levelsOf(here.sql, other))]
    expect(levels.map(([, reserved]) => reserved).sort()).toEqual([0, 2])
    expect(await reasonOf(create(here, [{ variantId: one, quantity: 1 }], { idempotencyKey }))).toBe(
      'IDEMPOTENCY_KEY_REUSED',
    )
    expect(await reasonOf(create(here, [{ variantId: one, quantity: 2 }], { idempotencyKey, ttlSeconds: 60 }))).toBe(
      'IDEMPOTENCY_KEY_REUSED',
    )
  })

  it('given the lines in another order or split, when asked for again, then it is the same', async () => {
    const [one, other] = [await stocked({ onHand: [9] }), await stocked({ onHand: [9] })]
    const idempotencyKey = ` ${randomUUID()} \u{1f600}'"\\`
    const first = await create(
      here,
      [
        { variantId: one, quantity: 3 },
        { variantId: other, quantity: 1 },
      ],
      { idempotencyKey },
    )
    const split = [
      { variantId: other, quantity: 1 },
      { variantId: one, quantity: 1 },
      { variantId: one, quantity: 2 },
    ]
    expect(await create(there, split, { idempotencyKey })).toEqual(first)
  })

  it('given a key whose request was refused, when there is stock again, then it may be tried again', async () => {
    const variantId = await stocked({ onHand: [1] })
    const idempotencyKey = randomUUID()
    expect(await reasonOf(create(here, [{ variantId, quantity: 2 }], { idempotencyKey }))).toBe('OUT_OF_STOCK')
    await receive(here.sql, variantId, locations[0] ?? '', 1)
    expect((await create(here, [{ variantId, quantity: 2 }], { idempotencyKey })).status).toBe('active')
  })

  it('given a reservation that has been committed, when asked for again with its key, then it is that one, as it is by then', async () => {
    const variantId = await stocked({ onHand: [1] })
    const idempotencyKey = randomUUID()
    const first = await create(here, [{ variantId, quantity: 1 }], { idempotencyKey })
    await here.trpc.inventory.reservation.commit.mutate({ id: first.id })
    expect(await create(there, [{ variantId, quantity: 1 }], { idempotencyKey })).toEqual({
      ...first,
      status: 'committed',
    })
    expect(await levelsOf(here.sql, variantId)).toEqual([[0, 0]])
  })
})
