/** What staff do with stock: the answer, the level, the ledger, and what everybody sees. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKeyChore } from '../src/inventory/inventory.ts'
import { clientWith, failureOf, staffToken } from './support/staff.ts'
import { newKey, type StockedApps, startStockedApps } from './support/stock.ts'

let shop: StockedApps
let [north, south] = ['', '']
beforeAll(async () => {
  shop = await startStockedApps()
  north = shop.north
  south = shop.south
})
afterAll(() => shop.stop())

/** What both instances say can be bought. */
async function seen(variantId: string) {
  const answers = await Promise.all(
    [shop.here, shop.there].map(({ trpc }) => trpc.inventory.availability.query({ variantIds: [variantId] })),
  )
  return answers.map(([answer]) => answer?.available)
}

const reserve = (variantId: string, quantity: number) =>
  shop.here.sql.query('UPDATE stock_level SET reserved = $2 WHERE variant_id = $1', [variantId, quantity])

describe('[G4] given both instances have it cached', () => {
  it('when stock is received, then answer, level, ledger and every read have it', async () => {
    const variantId = await shop.newVariant()
    expect(await seen(variantId)).toEqual([0, 0])
    const input = { variantId, locationId: north, quantity: 5, reason: 'Delivery', reference: 'DN-1', ...newKey() }
    const level = await shop.inventory.receive.mutate(input)
    expect(level).toEqual({ variantId, locationId: north, onHand: 5, reserved: 0, safetyStock: 0, version: 2 })
    expect(await seen(variantId)).toEqual([5, 5])
    expect(await shop.inventory.receive.mutate({ ...input, quantity: 2, ...newKey() })).toMatchObject({ onHand: 7 })
    expect(await seen(variantId)).toEqual([7, 7])
    const row = { kind: 'receipt', at: 'north', reserved: 0, reason: 'Delivery', reference: 'DN-1', actor: expect.stringMatching(/^staff [\da-f-]{36}$/) }
    expect(await shop.ledger(variantId)).toEqual([
      { ...row, delta: 5, after: 5, version: 2 },
      { ...row, delta: 2, after: 7, version: 3 },
    ])
  })

  it('when it is adjusted, counted, taken back, then likewise; what was counted as it is leaves no trace', async () => {
    const variantId = await shop.newVariant()
    const at = { variantId, locationId: north }
    await shop.inventory.returnItems.mutate({ ...at, quantity: 9, ...newKey() })
    expect(await seen(variantId)).toEqual([9, 9])
    const broken = await shop.inventory.adjust.mutate({ ...at, delta: -2, reason: 'Broken', ...newKey() })
    expect(broken).toMatchObject({ onHand: 7 })
    expect(await seen(variantId)).toEqual([7, 7])
    const counted = await shop.inventory.adjust.mutate({ ...at, setTo: 3, reason: 'Counted', ...newKey() })
    expect(await shop.inventory.adjust.mutate({ ...at, setTo: 3, reason: 'Counted', ...newKey() })).toEqual(counted)
    expect(await seen(variantId)).toEqual([3, 3])
    const rows = await shop.ledger(variantId)
    expect(rows.map(({ kind, delta, after }) => [kind, delta, after])).toEqual([
      ['return', 9, 9],
      ['adjust', -2, 7],
      ['adjust', -4, 3],
    ])
  })

  it('when it is transferred, then both levels and two rows say so, and as much can be bought as before', async () => {
    const variantId = await shop.newVariant()
    await shop.inventory.receive.mutate({ variantId, locationId: north, quantity: 10, ...newKey() })
    expect(await seen(variantId)).toEqual([10, 10])
    const where = { fromLocationId: north, toLocationId: south }
    const moved = await shop.inventory.transfer.mutate({ variantId, ...where, quantity: 4, ...newKey() })
    expect(moved).toMatchObject({
      from: { locationId: north, onHand: 6 },
      to: { locationId: south, onHand: 4, version: 2 },
    })
    const [there] = await shop.there.trpc.inventory.availability.query({ variantIds: [variantId] })
    expect(there).toEqual({
      variantId,
      available: 10,
      backorder: false,
      locations: [
        { locationId: north, code: 'north', available: 6 },
        { locationId: south, code: 'south', available: 4 },
      ],
    })
    const rows = await shop.ledger(variantId)
    expect(rows.slice(1).map(({ kind, at, delta, after }) => [kind, at, delta, after])).toEqual([
      ['transfer_out', 'north', -4, 6],
      ['transfer_in', 'south', 4, 4],
    ])
  })

  it('when safety stock or backorder is set, then what can be bought is different, and the ledger is not', async () => {
    const variantId = await shop.newVariant()
    await shop.inventory.receive.mutate({ variantId, locationId: north, quantity: 10, ...newKey() })
    expect(await seen(variantId)).toEqual([10, 10])
    const safetyStock = { locationId: north, quantity: 8 }
    const set = await shop.inventory.configure.mutate({ variantId, safetyStock, backorder: true })
    expect(set).toMatchObject({ variantId, backorder: true, levels: [{ onHand: 10, safetyStock: 8 }] })
    expect(await seen(variantId)).toEqual([2, 2])
    const { body } = await shop.there.get(`/api/inventory/${variantId}`)
    expect(body).toMatchObject({ variantId, available: 2, backorder: true })
    await reserve(variantId, 12)
    const back = failureOf(shop.inventory.configure.mutate({ variantId, backorder: false }))
    expect(await back).toMatchObject({ code: 'CONFLICT', reason: 'BACKORDER_OWED' })
    expect(await shop.ledger(variantId)).toHaveLength(1)
  })
})

describe('what is refused', () => {
  it('given reserved stock, when it would have to go, then a typed conflict, and nothing changes', async () => {
    const variantId = await shop.newVariant()
    const at = { variantId, locationId: north }
    await shop.inventory.receive.mutate({ ...at, quantity: 10, ...newKey() })
    await reserve(variantId, 6)
    const where = { variantId, fromLocationId: north, toLocationId: south }
    const refused = await Promise.all(
      [
        shop.inventory.adjust.mutate({ ...at, delta: -5, reason: 'Lost', ...newKey() }),
        shop.inventory.adjust.mutate({ ...at, delta: -11, reason: 'Lost', ...newKey() }),
        shop.inventory.transfer.mutate({ ...where, quantity: 5, ...newKey() }),
        shop.inventory.receive.mutate({ ...at, quantity: 1_000_000_000, ...newKey() }),
      ].map(failureOf),
    )
    expect(refused.map(({ code, reason }) => [code, reason])).toEqual([
      ['CONFLICT', 'STOCK_BELOW_RESERVED'],
      ['CONFLICT', 'STOCK_BELOW_ZERO'],
      ['CONFLICT', 'STOCK_NOT_ENOUGH'],
      ['CONFLICT', 'STOCK_TOO_HIGH'],
    ])
    const { rows } = await shop.here.sql.query('SELECT on_hand FROM stock_level WHERE variant_id = $1', [variantId])
    expect(rows).toEqual([{ on_hand: 10 }]) // and none at the other location
    expect(await shop.ledger(variantId)).toHaveLength(1)
    expect(await shop.inventory.adjust.mutate({ ...at, delta: -4, reason: 'Lost', ...newKey() })).toMatchObject({
      onHand: 6,
      reserved: 6,
    })
  })

  it('given a variant or a location that does not exist, then a typed error names it', async () => {
    const variantId = await shop.newVariant()
    const nobody = '0199a0b0-0000-7000-8000-000000000009'
    const at = { variantId, locationId: north, quantity: 1 }
    const failures = await Promise.all(
      [
        shop.inventory.receive.mutate({ ...at, variantId: nobody, ...newKey() }),
        shop.inventory.receive.mutate({ ...at, locationId: nobody, ...newKey() }),
        shop.inventory.transfer.mutate({
          variantId,
          quantity: 1,
          fromLocationId: north,
          toLocationId: nobody,
          ...newKey(),
        }),
        shop.inventory.configure.mutate({ variantId: nobody, backorder: true }),
        shop.inventory.movements.query({ variantId: nobody }),
      ].map(failureOf),
    )
    expect(failures.map(({ reason, field }) => [reason, field])).toEqual([
      ['VARIANT_NOT_FOUND', 'variantId'],
      ['LOCATION_NOT_FOUND', 'locationId'],
      ['LOCATION_NOT_FOUND', 'toLocationId'],
      ['VARIANT_NOT_FOUND', 'variantId'],
      ['VARIANT_NOT_FOUND', 'variantId'],
    ])
    expect(await shop.here.get(`/api/inventory/${nobody}`)).toMatchObject({
      status: 404,
      body: { error: { reason: 'VARIANT_NOT_FOUND' } },
    })
  })

  it.each([0, -1, 0.5, 1_000_000_001, 2 ** 53, Number.MAX_VALUE])(
    'given a quantity of %s, when received or transferred, then INVALID_INPUT names the field',
    async (quantity) => {
      const variantId = await shop.newVariant()
      const where = { fromLocationId: north, toLocationId: south }
      const failures = [
        await failureOf(shop.inventory.receive.mutate({ variantId, locationId: north, quantity, ...newKey() })),
        await failureOf(shop.inventory.transfer.mutate({ variantId, ...where, quantity, ...newKey() })),
      ]
      for (const { reason, issues } of failures) {
        expect([reason, issues[0].path]).toEqual(['INVALID_INPUT', 'quantity'])
      }
    },
  )

  it('given an adjustment by nothing, by both, by zero, without a reason, or a transfer to itself, then INVALID_INPUT', async () => {
    const at = { variantId: await shop.newVariant(), locationId: north }
    const reason = 'Counted'
    const bad = [
      { ...at, reason },
      { ...at, reason, delta: 1, setTo: 1 },
      { ...at, reason, delta: 0 },
      { ...at, reason, setTo: -1 },
      { ...at, delta: 1 },
      { ...at, delta: 1, reason: 'a\0b' },
      { ...at, delta: 1, reason: ' ' },
    ]
    for (const input of bad) {
      const failure = await failureOf(shop.inventory.adjust.mutate({ ...input, ...newKey() } as never))
      expect(failure.reason, JSON.stringify(input)).toBe('INVALID_INPUT')
    }
    const where = { fromLocationId: north, toLocationId: north }
    const toItself = shop.inventory.transfer.mutate({ variantId: at.variantId, ...where, quantity: 1, ...newKey() })
    expect(await failureOf(toItself)).toMatchObject({ reason: 'INVALID_INPUT', issues: [{ path: 'toLocationId' }] })
    expect(await failureOf(shop.here.trpc.inventory.receive.mutate({ ...at, quantity: 1, ...newKey() }))).toMatchObject(
      {
        reason: 'TOKEN_REQUIRED',
      },
    )
  })
})

describe('[G8] a key', () => {
  it('given the same request 20 times at once, by two instances, when answered, then it has happened once', async () => {
    const variantId = await shop.newVariant()
    const input = { variantId, locationId: north, quantity: 5, ...newKey() }
    const clients = [shop.here, shop.there].map((app) => clientWith(app, staffToken).inventory)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => clients[index % 2]?.receive.mutate(input)),
    )
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(answers[0]).toMatchObject({ onHand: 5 })
    expect(await shop.ledger(variantId)).toHaveLength(1)
    await shop.inventory.receive.mutate({ ...input, ...newKey() })
    expect(await shop.inventory.receive.mutate(input)).toEqual(answers[0]) // also when it is no longer so
    expect(await seen(variantId)).toEqual([10, 10])
  })

  it('given a key with another body, then a typed conflict; with another operation, it is another key', async () => {
    const variantId = await shop.newVariant()
    const input = { variantId, locationId: north, quantity: 5, ...newKey() }
    await shop.inventory.receive.mutate(input)
    const reused = await failureOf(shop.inventory.receive.mutate({ ...input, quantity: 6 }))
    expect(reused).toMatchObject({ code: 'CONFLICT', reason: 'IDEMPOTENCY_KEY_REUSED', field: 'idempotencyKey' })
    expect(await shop.inventory.returnItems.mutate(input)).toMatchObject({ onHand: 10 })
    expect(await shop.ledger(variantId)).toHaveLength(2)
  })

  it('given a key of last week, when the relay does its chores, then it is forgotten; one of today is not', async () => {
    const [old, young] = [newKey().idempotencyKey, newKey().idempotencyKey]
    const at = { variantId: await shop.newVariant(), locationId: north, quantity: 1 }
    for (const idempotencyKey of [old, young]) await shop.inventory.receive.mutate({ ...at, idempotencyKey })
    const { sql } = shop.here
    await sql.query(`UPDATE idempotency_record SET created_at = now() - interval '8 days' WHERE key = $1`, [old])
    await createKeyChore(() => 0)(sql)
    const { rows } = await sql.query('SELECT key FROM idempotency_record WHERE key = ANY ($1)', [[old, young]])
    expect(rows).toEqual([{ key: young }])
  })

  it('given reservations that are over a month old, when the relay does its chores, then those that ended are gone', async () => {
    const { sql } = shop.here
    const insert = async (age: string, status: string) => {
      const { rows } = await sql.query(
        `INSERT INTO reservation (id, idempotency_key, request_hash, lines, expires_at, status)
         VALUES (uuidv7($1::interval), gen_random_uuid(), '', '[]', now() + interval '1 hour', $2) RETURNING id`,
        [age, status],
      )
      return rows[0].id as string
    }
    const [gone, young] = [await insert('-31 days', 'committed'), await insert('-29 days', 'released')]
    const active = await insert('-31 days', 'active')
    await createKeyChore(() => 0)(sql)
    const { rows } = await sql.query('SELECT id FROM reservation WHERE id = ANY ($1)', [[gone, young, active]])
    expect(rows.map(({ id }) => id).sort()).toEqual([active, young].sort())
  })

  it('given a request that was refused, when tried again with its key, then it is judged anew', async () => {
    const variantId = await shop.newVariant()
    const input = { variantId, locationId: north, delta: -1, reason: 'Lost', ...newKey() }
    expect(await failureOf(shop.inventory.adjust.mutate(input))).toMatchObject({ reason: 'STOCK_BELOW_ZERO' })
    await shop.inventory.receive.mutate({ variantId, locationId: north, quantity: 1, ...newKey() })
    expect(await shop.inventory.adjust.mutate(input)).toMatchObject({ onHand: 0 })
  })
})
