/** The ledger: it adds up whatever happens at once, can't be changed, and is held against the levels. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settled } from './support/eventually.ts'
import { failureOf } from './support/staff.ts'
import { newKey, type StockedApps, startStockedApps } from './support/stock.ts'

let shop: StockedApps
let [north, south] = ['', '']
beforeAll(async () => {
  shop = await startStockedApps()
  north = shop.north
  south = shop.south
})
afterAll(() => shop.stop())

describe('[G7] the ledger', () => {
  it('given transfers that cross, 50 each way at once, when done, then none is lost, and nobody was in a deadlock', async () => {
    const variantId = await shop.newVariant()
    for (const locationId of [north, south]) {
      await shop.inventory.receive.mutate({ variantId, locationId, quantity: 100, ...newKey() })
    }
    const deadlocks = async () => {
      const { rows } = await shop.here.sql.query(
        'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
      )
      return rows[0].deadlocks
    }
    const before = await deadlocks()
    const transfer = (fromLocationId: string, toLocationId: string) =>
      shop.inventory.transfer.mutate({ variantId, fromLocationId, toLocationId, quantity: 1, ...newKey() })
    await Promise.all(Array.from({ length: 50 }).flatMap(() => [transfer(north, south), transfer(south, north)]))
    const { rows } = await shop.here.sql.query('SELECT on_hand FROM stock_level WHERE variant_id = $1', [variantId])
    expect(rows).toEqual([{ on_hand: 100 }, { on_hand: 100 }])
    for (const { trpc } of [shop.here, shop.there]) {
      expect(await trpc.inventory.availability.query({ variantIds: [variantId] })).toMatchObject([{ available: 200 }])
    }
    expect(await deadlocks()).toBe(before)
    const ledger = await shop.ledger(variantId)
    expect(ledger).toHaveLength(202)
    for (const at of ['north', 'south']) {
      let balance = 0
      for (const row of ledger.filter((each) => each.at === at)) {
        balance += row.delta
        expect(row.after).toBe(balance)
      }
    }
    await settled(shop.here.sql)
  }, 30_000)

  it('given a movement, when somebody changes or deletes it by SQL, then Postgres refuses', async () => {
    const variantId = await shop.newVariant()
    await shop.inventory.receive.mutate({ variantId, locationId: north, quantity: 1, ...newKey() })
    const change = (sql: string) => shop.here.sql.query(sql, [variantId])
    await expect(change('UPDATE stock_movement SET on_hand_delta = 2 WHERE variant_id = $1')).rejects.toThrow('append')
    await expect(change('DELETE FROM stock_movement WHERE variant_id = $1')).rejects.toThrow('append')
  })

  it('given many movements, when read in pages, then newest first, each once; a cursor of another list is refused', async () => {
    const variantId = await shop.newVariant()
    for (let quantity = 1; quantity <= 7; quantity++) {
      const locationId = quantity % 3 === 0 ? south : north
      await shop.inventory.receive.mutate({ variantId, locationId, quantity, ...newKey() })
    }
    const deltas: number[] = []
    let cursor: string | undefined
    do {
      const page = await shop.inventory.movements.query({ variantId, limit: 3, cursor })
      deltas.push(...page.items.map(({ onHandDelta }) => onHandDelta))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(deltas).toEqual([7, 6, 5, 4, 3, 2, 1])
    const south3 = await shop.inventory.movements.query({ variantId, locationId: south })
    expect(south3.items.map(({ onHandDelta, onHandAfter }) => [onHandDelta, onHandAfter])).toEqual([
      [6, 9],
      [3, 3],
    ])
    const { nextCursor } = await shop.inventory.movements.query({ variantId, limit: 3 })
    for (const bad of ['x', String(nextCursor).slice(2), Buffer.from('[1,{}]').toString('base64url'), nextCursor]) {
      const other = { variantId, locationId: north, cursor: String(bad) }
      expect(await failureOf(shop.inventory.movements.query(other))).toMatchObject({ reason: 'CURSOR_INVALID' })
    }
  })
})

describe('reconcile', () => {
  const reconcile = (variantId: string, repair = false) => shop.inventory.reconcile.mutate({ variantId, repair })
  const received = async (quantity: number) => {
    const variantId = await shop.newVariant()
    await shop.inventory.receive.mutate({ variantId, locationId: north, quantity, ...newKey() })
    return variantId
  }
  const levelOf = async (variantId: string) => {
    const { rows } = await shop.here.sql.query('SELECT on_hand, reserved FROM stock_level WHERE variant_id = $1', [
      variantId,
    ])
    return rows
  }
  const available = async (variantId: string) => {
    const [answer] = await shop.there.trpc.inventory.availability.query({ variantIds: [variantId] })
    return answer?.available
  }
  const reservation = (variantId: string, quantity: number) =>
    shop.here.sql.query(
      `INSERT INTO reservation (idempotency_key, request_hash, lines, expires_at)
       VALUES (gen_random_uuid(), '', $1, now() + interval '1 hour')`,
      [JSON.stringify([{ variantId, locationId: north, quantity }])],
    )

  it('given stock that was there before the ledger, when reconciled, then it counts as opened with', async () => {
    const variantId = await shop.newVariant()
    await shop.here.sql.query('INSERT INTO stock_level (variant_id, location_id, on_hand) VALUES ($1, $2, 40)', [
      variantId,
      north,
    ])
    expect(await reconcile(variantId)).toEqual({ checked: 1, differences: [], nextCursor: null })
    await shop.inventory.receive.mutate({ variantId, locationId: north, quantity: 2, ...newKey() })
    expect(await reconcile(variantId)).toMatchObject({ checked: 1, differences: [] })
  })

  it('given a level changed by SQL, when reconciled, then it is told; repaired, the ledger adds up to it', async () => {
    const variantId = await received(10)
    await shop.here.sql.query('UPDATE stock_level SET on_hand = 7 WHERE variant_id = $1', [variantId])
    const difference = {
      ...{ variantId, locationId: north, level: { onHand: 7, reserved: 0 }, ledger: { onHand: 10, reserved: 0 } },
      ...{ lastMovement: { onHand: 10, reserved: 0 }, reservedByReservations: 0 },
    }
    expect((await reconcile(variantId)).differences).toEqual([{ ...difference, repaired: false }])
    expect((await reconcile(variantId, true)).differences).toEqual([{ ...difference, repaired: true }])
    expect((await reconcile(variantId, true)).differences).toEqual([])
    expect((await shop.ledger(variantId)).at(-1)).toMatchObject({ kind: 'adjust', delta: -3, after: 7, actor: expect.stringMatching(/^staff [\da-f-]{36}$/) })
  })

  it('given a hole in the middle of the ledger, when repaired, then its sum is right again', async () => {
    const variantId = await received(10)
    await shop.here.sql.query('UPDATE stock_level SET on_hand = 7 WHERE variant_id = $1', [variantId])
    await shop.inventory.receive.mutate({ variantId, locationId: north, quantity: 1, ...newKey() })
    expect((await reconcile(variantId)).differences).toMatchObject([
      { level: { onHand: 8 }, ledger: { onHand: 11 }, lastMovement: { onHand: 8 } },
    ])
    await reconcile(variantId, true)
    expect((await reconcile(variantId)).differences).toEqual([])
    expect((await shop.ledger(variantId)).reduce((sum, { delta }) => sum + delta, 0)).toBe(8)
  })

  it('given something reserved that no reservation has, when repaired, then it can be bought again, everywhere', async () => {
    const variantId = await received(10)
    await shop.here.sql.query('UPDATE stock_level SET reserved = 6 WHERE variant_id = $1', [variantId])
    await reservation(variantId, 4)
    await settled(shop.here.sql)
    expect(await available(variantId)).toBe(4)
    expect((await reconcile(variantId, true)).differences).toMatchObject([
      { level: { reserved: 6 }, ledger: { reserved: 0 }, reservedByReservations: 4, repaired: true },
    ])
    expect(await levelOf(variantId)).toEqual([{ on_hand: 10, reserved: 4 }])
    expect(await available(variantId)).toBe(6)
    expect((await reconcile(variantId)).differences).toEqual([])
  })

  it('given more reserved by reservations than there is, when repaired, then it is told, and nothing is changed', async () => {
    const variantId = await received(3)
    await reservation(variantId, 4)
    expect((await reconcile(variantId, true)).differences).toMatchObject([
      { reservedByReservations: 4, repaired: false },
    ])
    expect(await levelOf(variantId)).toEqual([{ on_hand: 3, reserved: 0 }])
  })

  it('given a level that was deleted, when repaired, then the ledger ends with nothing; of a variant that is gone, too', async () => {
    for (const table of ['stock_level WHERE variant_id', 'variant WHERE id']) {
      const variantId = await received(5)
      await shop.here.sql.query(`DELETE FROM ${table} = $1`, [variantId])
      const [told] = (await reconcile(variantId, true)).differences
      expect(told).toMatchObject({ ledger: { onHand: 5 }, repaired: true })
      expect((await reconcile(variantId)).differences).toEqual([])
      expect((await shop.ledger(variantId)).at(-1)).toMatchObject({ delta: -5, after: 0 })
    }
  })

  it('given stock that moves meanwhile, when reconciled again and again, then there is nothing to tell', async () => {
    const variantId = await received(100)
    let done = false
    const moving = Promise.all(
      Array.from({ length: 60 }, (_, index) => {
        const [fromLocationId, toLocationId] = index % 3 === 0 ? [south, north] : [north, south]
        const transfer = { variantId, fromLocationId, toLocationId, quantity: 1, ...newKey() }
        return shop.inventory.transfer.mutate(transfer).catch((error) => {
          expect(error.data.reason).toBe('STOCK_NOT_ENOUGH')
        })
      }),
    ).finally(() => {
      done = true
    })
    while (!done) expect((await reconcile(variantId, true)).differences).toEqual([])
    await moving
    expect((await levelOf(variantId)).reduce((sum, { on_hand }) => sum + on_hand, 0)).toBe(100)
  })

  it('given everything that there is, when reconciled page by page, then each is looked at once', async () => {
    const { rows } = await shop.here.sql.query(
      `SELECT count(*)::int AS keys FROM (SELECT variant_id, location_id FROM stock_level
         UNION SELECT variant_id, location_id FROM stock_movement) k`,
    )
    let [checked, cursor]: [number, string | undefined] = [0, undefined]
    do {
      const page: Awaited<ReturnType<typeof reconcile>> = await shop.inventory.reconcile.mutate({ limit: 2, cursor })
      checked += page.checked
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(checked).toBe(rows[0].keys)
    const bad = shop.inventory.reconcile.mutate({ cursor: Buffer.from('["x",{}]').toString('base64url') })
    expect(await failureOf(bad)).toMatchObject({ code: 'BAD_REQUEST', reason: 'CURSOR_INVALID' })
  })
})
