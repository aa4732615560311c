/** A movement's reference is the caller's text, and not always a reservation's id. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failureOf } from './support/staff.ts'
import { newKey, type StockedApps, startStockedApps } from './support/stock.ts'

let shop: StockedApps
beforeAll(async () => {
  shop = await startStockedApps()
})
afterAll(() => shop.stop())

describe('reservations of what came by a delivery note', () => {
  it('given it is sold out and cached so, when asked for, then it is out of stock, and not to who holds it', async () => {
    const { here, inventory, north } = shop
    const variantId = await shop.newVariant()
    const { mutate } = here.trpc.inventory.reservation.create
    await inventory.receive.mutate({ variantId, locationId: north, quantity: 1, reference: 'note 1/2026', ...newKey() })
    const input = { lines: [{ variantId, quantity: 1 }], ttlSeconds: 600, idempotencyKey: randomUUID() }
    const { id } = await mutate(input)
    const [known] = await here.trpc.inventory.availability.query({ variantIds: [variantId] })
    expect(known).toMatchObject({ available: 0 })
    expect(await failureOf(mutate({ ...input, idempotencyKey: randomUUID() }))).toMatchObject({
      reason: 'OUT_OF_STOCK',
    })
    expect(await mutate(input)).toMatchObject({ id })
  })
})
