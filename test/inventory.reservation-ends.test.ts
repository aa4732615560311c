/** What becomes of reservations: extended, committed, released, expired, and all of that at once. */
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp } from './support/app.ts'
import { eventually } from './support/eventually.ts'
import {
  countOf,
  create,
  expectBooksToBalance,
  insertLocations,
  insertStock,
  letTimePass,
  levelsOf,
  outcomeOf,
  reasonOf,
  type StockFixture,
  withoutSweep,
} from './support/reservations.ts'
import { outboxIsEmpty, startTwoApps } from './support/staff.ts'

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

const reservation = (shop: TestApp) => shop.trpc.inventory.reservation
const kindsOf = async (id: string) => {
  const { rows } = await here.sql.query('SELECT kind FROM stock_movement WHERE reference = $1 ORDER BY id', [id])
  return rows.map(({ kind }) => kind)
}

describe('the end of a reservation', () => {
  it('given a reservation, when committed, then what it held has left the stock, and the ledger says so', async () => {
    const variantId = await stocked({ onHand: [2, 3] })
    const made = await create(here, [{ variantId, quantity: 4 }])
    expect(await reservation(there).commit.mutate({ id: made.id })).toEqual({ ...made, status: 'committed' })
    expect(await levelsOf(here.sql, variantId)).toEqual([[0, 0], [1, 0]]) // biome-ignore format: a table
    expect(await kindsOf(made.id)).toEqual(['reserve', 'reserve', 'commit', 'commit'])
    expect(await reservation(here).byId.query({ id: made.id })).toEqual({ ...made, status: 'committed' })
  })

  it('given a reservation, when released, then what it held can be had again', async () => {
    const variantId = await stocked({ onHand: [2] })
    const made = await create(here, [{ variantId, quantity: 2 }])
    expect(await reasonOf(create(there, [{ variantId, quantity: 1 }]))).toBe('OUT_OF_STOCK')
    expect((await reservation(there).release.mutate({ id: made.id })).status).toBe('released')
    expect((await create(there, [{ variantId, quantity: 1 }])).status).toBe('active')
    expect(await kindsOf(made.id)).toEqual(['reserve', 'release'])
  })

  it('given one that has ended, when anything is done with it, then the reason says how it ended, and nothing changes', async () => {
    const variantId = await stocked({ onHand: [9] })
    const [committed, released, expired] = await Promise.all(
      [1, 2, 3].map((quantity) => create(here, [{ variantId, quantity }])),
    )
    await reservation(here).commit.mutate({ id: committed?.id ?? '' })
    await reservation(here).release.mutate({ id: released?.id ?? '' })
    await withoutSweep(here.sql, async () => {
      await letTimePass(here.sql, expired?.id ?? '')
      for (const [made, reason] of [
        [committed, 'RESERVATION_COMMITTED'],
        [released, 'RESERVATION_RELEASED'],
        [expired, 'RESERVATION_EXPIRED'],
        [{ id: randomUUID() }, 'RESERVATION_NOT_FOUND'],
      ] as const) {
        const id = made?.id ?? ''
        expect(await reasonOf(reservation(there).commit.mutate({ id }))).toBe(reason)
        expect(await reasonOf(reservation(there).release.mutate({ id }))).toBe(reason)
        expect(await reasonOf(reservation(there).extend.mutate({ id, ttlSeconds: 60 }))).toBe(reason)
      }
      expect(await reasonOf(reservation(there).byId.query({ id: randomUUID() }))).toBe('RESERVATION_NOT_FOUND')
      expect(await levelsOf(here.sql, variantId)).toEqual([[8, 3]])
    })
  })

  it('given a reservation, when extended, then it is kept longer, never shorter, and for two hours at most', async () => {
    const variantId = await stocked({ onHand: [1] })
    const { id, expiresAt } = await create(here, [{ variantId, quantity: 1 }], { ttlSeconds: 60 })
    const longer = await reservation(there).extend.mutate({ id, ttlSeconds: 3_600 })
    expect(Date.parse(longer.expiresAt) - Date.parse(expiresAt)).toBeGreaterThan(3_500_000)
    expect(await reservation(there).extend.mutate({ id, ttlSeconds: 30 })).toEqual(longer)
    await here.sql.query(`UPDATE reservation SET created_at = created_at - interval '61 min' WHERE id = $1`, [id])
    expect(await reasonOf(reservation(there).extend.mutate({ id, ttlSeconds: 3_600 }))).toBe('EXTEND_TOO_LONG')
    expect(await reservation(there).byId.query({ id })).toEqual(longer)
  })

  it('given 40 reservations, when committed, released, extended and expired at once at two applications, then of each one end happens, once', async () => {
    const [variantId, other] = [await stocked({ onHand: [30, 30] }), await stocked({ onHand: [60] })]
    const made = await atBoth(40, (shop, index) =>
      create(
        shop,
        index % 3
          ? [
              { variantId, quantity: 1 },
              { variantId: other, quantity: 1 },
            ]
          : [{ variantId: other, quantity: 1 }],
      ),
    )
    const ends = await Promise.all(
      made.map(async ({ id }, index) => {
        const [commits, releases] = await Promise.all([
          Promise.all([here, there].map((shop) => outcomeOf(reservation(shop).commit.mutate({ id })))),
          Promise.all([there, here].map((shop) => outcomeOf(reservation(shop).release.mutate({ id })))),
          reservation(here)
            .extend.mutate({ id, ttlSeconds: 900 })
            .catch(() => {}),
          index % 2 ? letTimePass(here.sql, id) : undefined,
        ])
        return [...commits, ...releases]
      }),
    )
    await eventually(async () => {
      expect(
        (await here.sql.query(`SELECT FROM reservation WHERE status = 'active' AND expires_at < now()`)).rowCount,
      ).toBe(0)
    })
    for (const [index, { id }] of made.entries()) {
      const { status } = await reservation(here).byId.query({ id })
      const did = ends[index]?.filter((outcome) => outcome === 'committed' || outcome === 'released')
      expect(did).toEqual(status === 'expired' ? [] : [status])
    }
  })
})

describe('reservations that are over', () => {
  it('given a reservation that is over and that nobody has swept, when another buyer needs what it holds, then they get it', async () => {
    const [variantId, other] = [await stocked({ onHand: [3] }), await stocked({ onHand: [3] })]
    await withoutSweep(here.sql, async () => {
      const old = await create(here, [
        { variantId, quantity: 3 },
        { variantId: other, quantity: 1 },
      ])
      await letTimePass(here.sql, old.id)
      expect((await here.trpc.inventory.reservation.byId.query({ id: old.id })).status).toBe('expired')
      expect((await create(there, [{ variantId, quantity: 2 }])).status).toBe('active')
      expect(await levelsOf(here.sql, variantId)).toEqual([[3, 2]])
      expect(await levelsOf(here.sql, other)).toEqual([[3, 0]])
    })
  })

  it('given many that are over and hold little each, when a buyer needs all of it, then they get it', async () => {
    const variantId = await stocked({ onHand: [250] })
    await withoutSweep(here.sql, async () => {
      await atBoth(250, (shop) => create(shop, [{ variantId, quantity: 1 }]))
      await here.sql.query(`UPDATE reservation SET expires_at = clock_timestamp() WHERE lines @> $1`, [
        JSON.stringify([{ variantId }]),
      ])
      const outcomes = await atBoth(20, (shop) => outcomeOf(create(shop, [{ variantId, quantity: 25 }])))
      expect(countOf(outcomes)).toEqual({ active: 10, OUT_OF_STOCK: 10 })
    })
  })

  it('given reservations that are over, when nobody asks for anything, then the sweeper gives back what they held', async () => {
    const variantId = await stocked({ onHand: [9] })
    const old = await Promise.all(Array.from({ length: 3 }, () => create(here, [{ variantId, quantity: 2 }])))
    for (const { id } of old) await letTimePass(here.sql, id)
    await eventually(async () => expect(await levelsOf(here.sql, variantId)).toEqual([[9, 0]]))
    const { rows } = await here.sql.query('SELECT status FROM reservation WHERE id = ANY ($1::uuid[])', [
      old.map(({ id }) => id),
    ])
    expect(rows.map(({ status }) => status)).toEqual(['expired', 'expired', 'expired'])
  })

  it('given a level that somebody has set by hand to less than is held, when they are over, then the sweeper ends them all the same, and the others', async () => {
    const [broken, sound] = [await stocked({ onHand: [9] }), await stocked({ onHand: [9] })]
    const made = await Promise.all([broken, sound].map((variantId) => create(here, [{ variantId, quantity: 2 }])))
    await here.sql.query('UPDATE stock_level SET reserved = 1 WHERE variant_id = $1', [broken])
    for (const { id } of made) await letTimePass(here.sql, id)
    await eventually(async () => expect(await levelsOf(here.sql, sound)).toEqual([[9, 0]]))
    await eventually(async () => expect(await levelsOf(here.sql, broken)).toEqual([[9, 0]]))
    await here.sql.query('DELETE FROM stock_level WHERE variant_id = $1', [broken]) // its books don't balance
  })
})
