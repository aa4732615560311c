/** One batch of reservations, as Postgres takes it: in order, each with an answer of its own. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAvailability } from '../src/inventory/repository.availability.ts'
import { createReservationRepository, type ReservationRepository } from '../src/inventory/reservation/repository.ts'
import { type ReserveRequest, requestOf } from '../src/inventory/reservation/request.ts'
import { startTestApp, type TestApp } from './support/app.ts'
import { expectBooksToBalance, insertLocations, insertStock, levelsOf } from './support/reservations.ts'

let shop: TestApp
let repository: ReservationRepository
let locations: string[] = []
beforeAll(async () => {
  shop = await startTestApp()
  repository = createReservationRepository(shop.app.db, shop.app.outbox)
  locations = await insertLocations(shop.sql, 2)
})
afterAll(() => shop.stop())

const asks = (key: string, variantId: string, quantity: number): ReserveRequest =>
  requestOf({ lines: [{ variantId, quantity }], ttlSeconds: 60, idempotencyKey: key }, null)

async function reserve(requests: ReserveRequest[]) {
  const { result, ...rest } = await repository.reserve(requests, false)
  return { answers: result.answers ?? [], ...rest }
}

describe('a batch', () => {
  it('given requests for more than there is, when reserved, then they are granted in order, and a later one that fits gets it', async () => {
    const variantId = await insertStock(shop.sql, locations, { onHand: [5] })
    const { answers } = await reserve([3, 3, 1, 2, 1].map((quantity) => asks(randomUUID(), variantId, quantity)))
    expect(answers.map(({ outcome }) => outcome)).toEqual(['granted', 'refused', 'granted', 'refused', 'granted'])
    await expectBooksToBalance(shop.sql)
  })

  it('[G8] given a key several times in a batch, when reserved, then the first that can be is, and the others are that one or a conflict', async () => {
    const variantId = await insertStock(shop.sql, locations, { onHand: [5] })
    const [key, other] = [randomUUID(), randomUUID()]
    const { answers } = await reserve([
      asks(key, variantId, 6),
      asks(key, variantId, 2),
      asks(key, variantId, 2),
      asks(key, variantId, 1),
      asks(other, variantId, 3),
      asks(key, variantId, 6),
    ])
    expect(answers.map(({ outcome }) => outcome)).toEqual([
      ...['refused', 'granted', 'known', 'conflict'],
      ...['granted', 'conflict'],
    ])
    const ids = answers.flatMap((answer) => ('reservation' in answer ? [answer.reservation.id] : []))
    expect(new Set(ids).size).toBe(2)
    expect(await levelsOf(shop.sql, variantId)).toEqual([[5, 5]])
    expect(
      (await reserve([asks(key, variantId, 2), asks(key, variantId, 3)])).answers.map(({ outcome }) => outcome),
    ).toEqual(['known', 'conflict'])
  })

  it('given a batch, when reserved, then it answers with the stock as it is and its changes in the outbox, which are held for it', async () => {
    const variantId = await insertStock(shop.sql, locations, { onHand: [5, 1] })
    await expect.poll(async () => (await shop.sql.query('SELECT FROM outbox')).rowCount).toBe(0)
    const { stock, follow } = await reserve([2, 3].map((quantity) => asks(randomUUID(), variantId, quantity)))
    expect(stock).toEqual([{ variantId, now: (await readAvailability(shop.sql, [variantId]))[0] }])
    expect(stock[0]?.now).toMatchObject({ available: 1, locations: [{ available: 0 }, { available: 1 }] })
    const { rows } = await shop.sql.query('SELECT topic, key FROM outbox WHERE held_until > created_at ORDER BY id')
    expect(rows).toContainEqual({ topic: 'stock', key: variantId })
    await follow()
    await expect.poll(async () => (await shop.sql.query('SELECT FROM outbox')).rowCount).toBe(0)
  })

  it('given nothing to grant, when reserved, then nothing is written, and nobody has to follow', async () => {
    const variantId = await insertStock(shop.sql, locations, { onHand: [0] })
    await expect.poll(async () => (await shop.sql.query('SELECT FROM outbox')).rowCount).toBe(0)
    const { stock } = await reserve([asks(randomUUID(), variantId, 1), asks(randomUUID(), randomUUID(), 1)])
    expect(stock).toEqual([])
    expect((await shop.sql.query('SELECT FROM outbox')).rowCount).toBe(0)
  })
})
