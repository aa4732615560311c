/** Sold out, and said so from the cache: without Postgres, but not to those who have it, and not after a restock. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestApp } from './support/app.ts'
import { countOf, create, insertLocations, insertStock, outcomeOf } from './support/reservations.ts'
import { startTwoApps } from './support/staff.ts'

let apps: Awaited<ReturnType<typeof startTwoApps>>
let locations: string[] = []
beforeAll(async () => {
  apps = await startTwoApps()
  locations = await insertLocations(apps.here.sql, 1)
})
afterAll(() => apps.stop())

/** Batches that Postgres has been asked for. */
async function batches({ base }: TestApp): Promise<number> {
  const text = await (await fetch(`${base}/metrics`)).text()
  return Number(text.match(/db_query_duration_seconds_count\{operation="reservation.reserve_batch"\} (\d+)/)?.[1] ?? 0)
}

it('given a variant that is sold out, when many ask at two applications, then Postgres is not asked, its holders get theirs, and after a restock it can be had', async () => {
  const { here, there, staff } = apps
  const variantId = await insertStock(here.sql, locations, { onHand: [3] })
  const lines = [{ variantId, quantity: 1 }]
  const keys = Array.from({ length: 3 }, () => randomUUID())
  const made = await Promise.all(keys.map((idempotencyKey) => create(here, lines, { idempotencyKey })))
  for (const shop of [here, there]) {
    await expect
      .poll(async () => {
        const before = await batches(shop)
        expect(await outcomeOf(create(shop, lines))).toBe('OUT_OF_STOCK')
        return (await batches(shop)) - before
      })
      .toBe(0)
    const before = await batches(shop)
    const outcomes = await Promise.all(Array.from({ length: 40 }, () => outcomeOf(create(shop, lines))))
    expect(countOf(outcomes)).toEqual({ OUT_OF_STOCK: 40 })
    expect((await batches(shop)) - before).toBe(0)
    expect(await Promise.all(keys.map((idempotencyKey) => create(shop, lines, { idempotencyKey })))).toEqual(made)
  }
  const restock = { variantId, locationId: locations[0] ?? '', quantity: 1, idempotencyKey: randomUUID() }
  await staff.inventory.receive.mutate(restock)
  await expect.poll(() => outcomeOf(create(there, lines))).toBe('active')
  await expect.poll(() => outcomeOf(create(here, lines))).toBe('OUT_OF_STOCK')
  await here.trpc.inventory.reservation.release.mutate({ id: made[0]?.id ?? '' })
  await expect.poll(() => outcomeOf(create(there, lines))).toBe('active')
})
