/** Staff and buyers at once: whatever they do, the books balance, and everybody sees the same. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, settled } from './support/eventually.ts'
import { newKey, type StockedApps, startStockedApps } from './support/stock.ts'

let shop: StockedApps
beforeAll(async () => {
  shop = await startStockedApps()
})
afterAll(() => shop.stop())

describe('[G7] staff and buyers at once', () => {
  it('given receipts, transfers, reservations, commits and releases, when reconciled meanwhile and afterwards, then nothing differs', async () => {
    const ids = await Promise.all([shop.newVariant(), shop.newVariant(), shop.newVariant()])
    const [north, south] = [shop.north, shop.south]
    for (const variantId of ids) {
      for (const locationId of [north, south])
        await shop.inventory.receive.mutate({ variantId, locationId, quantity: 10, ...newKey() })
    }
    let seed = 7
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((seed / 2_147_483_648) * below)
    }
    const reasons = new Map<string, number>()
    const count = (name: string) => reasons.set(name, (reasons.get(name) ?? 0) + 1)
    const refused = (error: { data?: { reason?: string } }) => {
      const reason = error.data?.reason ?? String(error)
      count(reason)
      expect(reason).toMatch(/^(OUT_OF_STOCK|STOCK_NOT_ENOUGH|STOCK_BELOW_RESERVED|STOCK_BELOW_ZERO)$/)
    }
    const buy = async (app: typeof shop.here, variantIds: string[], end: number) => {
      const { reservation } = app.trpc.inventory
      const lines = variantIds.map((variantId) => ({ variantId, quantity: 1 + (end % 2) }))
      const made = await reservation.create.mutate({ lines, ttlSeconds: 600, idempotencyKey: randomUUID() })
      count('reserved')
      if (end === 0) await reservation.commit.mutate({ id: made.id })
      if (end === 1) await reservation.release.mutate({ id: made.id })
    }
    const work = Array.from({ length: 400 }, () => {
      const variantId = ids[random(3)] as string
      const [fromLocationId, toLocationId] = random(2) ? [north, south] : [south, north]
      const [kind, end, quantity] = [random(8), random(3), 1 + random(3)]
      const app = random(2) ? shop.here : shop.there
      const other = ids[random(3)] as string
      return async () => {
        if (kind === 0) return shop.inventory.receive.mutate({ variantId, locationId: north, quantity, ...newKey() })
        if (kind === 1)
          return shop.inventory.transfer.mutate({ variantId, fromLocationId, toLocationId, quantity, ...newKey() })
        if (kind === 2)
          return shop.inventory.adjust.mutate({
            ...{ variantId, locationId: south, delta: -quantity, reason: 'Lost', ...newKey() },
          })
        return buy(app, [...new Set([variantId, other])], end)
      }
    })
    let done = false
    const next = async () => {
      for (let job = work.pop(); job; job = work.pop()) await job().catch(refused)
    }
    const all = Promise.all(Array.from({ length: 16 }, next)).finally(() => {
      done = true
    })
    let rounds = 0
    while (!done) {
      rounds++
      expect((await shop.inventory.reconcile.mutate({ repair: true })).differences).toEqual([])
    }
    await all
    expect(rounds).toBeGreaterThan(0)
    expect(reasons.get('reserved')).toBeGreaterThan(20) // of each there were some
    expect(reasons.get('OUT_OF_STOCK')).toBeGreaterThan(20)
    expect((await shop.inventory.reconcile.mutate({})).differences).toEqual([])
    await settled(shop.here.sql)
    const { rows } = await shop.here.sql.query(
      'SELECT variant_id AS id, sum(on_hand - reserved)::int AS free FROM stock_level GROUP BY 1 ORDER BY 1',
    )
    for (const { trpc } of [shop.here, shop.there]) {
      await eventually(async () => {
        const variantIds = rows.map(({ id }) => id)
        const answers = await trpc.inventory.availability.query({ variantIds })
        expect(answers.map((answer) => answer?.available)).toEqual(rows.map(({ free }) => free))
      })
    }
  }, 60_000)
})
