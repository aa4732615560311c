/** Reservations at their edges: bad input, bad neighbours, what is said from the cache, REST. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReadKeys } from '../src/inventory/reservation/repository.keys.ts'
import { createSoldOut } from '../src/inventory/sold-out.ts'
import { startTestApp, type TestApp } from './support/app.ts'
import {
  create,
  expectBooksToBalance,
  insertLocations,
  insertStock,
  levelsOf,
  reasonOf,
} from './support/reservations.ts'
import { failureOf } from './support/staff.ts'

let shop: TestApp
let locations: string[] = []
let variantId = ''
beforeAll(async () => {
  shop = await startTestApp()
  locations = await insertLocations(shop.sql, 2)
  variantId = await insertStock(shop.sql, locations, { onHand: [1_000, 1_000] })
})
afterAll(() => shop.stop())

const kept = () => shop.sql.query('SELECT count(*)::int AS reservations FROM reservation').then(({ rows }) => rows[0])

describe('bad input', () => {
  const line = { quantity: 1 }
  const cases: [string, object, string][] = [
    ['nothing', { lines: [] }, 'lines'],
    ['51 lines', { lines: Array(51).fill(line) }, 'lines'],
    ...[0, -1, 1.5, 1_000_001, 2 ** 53, '1', null].map((quantity): [string, object, string] => [
      `a quantity of ${JSON.stringify(quantity)}`,
      { lines: [{ quantity }] },
      'lines.0.quantity',
    ]),
    ['no uuid', { lines: [{ ...line, variantId: 'mug' }] }, 'lines.0.variantId'],
    ['an unknown field', { lines: [{ ...line, price: 1 }] }, 'lines.0'],
    ['29 seconds', { lines: [line], ttlSeconds: 29 }, 'ttlSeconds'],
    ['an hour and a second', { lines: [line], ttlSeconds: 3_601 }, 'ttlSeconds'],
    ['no key', { lines: [line], idempotencyKey: '' }, 'idempotencyKey'],
    ['a key of 201 characters', { lines: [line], idempotencyKey: 'x'.repeat(201) }, 'idempotencyKey'],
    ['a key with NUL', { lines: [line], idempotencyKey: 'a\0' }, 'idempotencyKey'],
    ['a key with half a character', { lines: [line], idempotencyKey: '\ud800' }, 'idempotencyKey'],
  ]
  it.each(cases)(
    'given %s, when reserved, then 400 names the field, and nothing is kept',
    async (_name, more, field) => {
      const before = await kept()
      const { lines = [], ...rest } = more as { lines?: object[] }
      const proper = lines.map((each) => ({ variantId, ...each })) as Parameters<typeof create>[1]
      const failure = await failureOf(create(shop, proper, rest))
      expect(failure).toMatchObject({ httpStatus: 400, reason: 'INVALID_INPUT' })
      expect(failure.issues.map(({ path }: { path: string }) => path)).toContain(field)
      expect(await kept()).toEqual(before)
    },
  )

  it('given a uuid in capitals, when reserved, then it is the same variant', async () => {
    const { lines } = await create(shop, [{ variantId: variantId.toUpperCase(), quantity: 1 }])
    expect(lines[0]?.variantId).toBe(variantId)
  })
})

describe('neighbours', () => {
  it('given one that Postgres refuses for a reason nobody knows, when many are combined, then it fails alone', async () => {
    await shop.sql.query(
      `CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN IF NEW.idempotency_key = 'poison' THEN RAISE EXCEPTION 'poisoned'; END IF; RETURN NEW; END $$;
       CREATE TRIGGER poison BEFORE INSERT ON reservation FOR EACH ROW EXECUTE FUNCTION poison()`,
    )
    const [, reserved = 0] = (await levelsOf(shop.sql, variantId))[0] ?? []
    const asked = Array.from({ length: 15 }, (_, index) =>
      create(shop, [{ variantId, quantity: 1 }], index === 7 ? { idempotencyKey: 'poison' } : {}),
    )
    const answers = await Promise.allSettled(asked)
    expect(answers.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([7])
    expect(await reasonOf(asked[7] as Promise<unknown>)).toBe('INTERNAL')
    expect((await levelsOf(shop.sql, variantId))[0]).toEqual([1_000, reserved + 14])
    await expectBooksToBalance(shop.sql)
  })

  it('given a connection that dies under a batch, when they ask again with their keys, then each has one reservation', async () => {
    const own = await insertStock(shop.sql, locations, { onHand: [50] })
    const keys = Array.from({ length: 20 }, () => randomUUID())
    const ask = () =>
      Promise.allSettled(
        keys.map((idempotencyKey) => create(shop, [{ variantId: own, quantity: 1 }], { idempotencyKey })),
      )
    const blocker = await shop.sql.connect()
    await blocker.query('BEGIN')
    await blocker.query('SELECT FROM stock_level WHERE variant_id = $1 FOR UPDATE', [own])
    const asked = ask()
    await expect.poll(async () => (await killWaiting()) > 0).toBe(true)
    await blocker.query('COMMIT')
    blocker.release()
    for (const answer of await asked)
      if (answer.status === 'rejected') expect(answer.reason.data.reason).toBe('OVERLOADED')
    const again = await ask()
    expect(again.map(({ status }) => status)).toEqual(Array(20).fill('fulfilled'))
    expect(await levelsOf(shop.sql, own)).toEqual([[50, 20]])
  })
  const killWaiting = async () => {
    const { rowCount } = await shop.sql.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%reserve_batch%'`,
    )
    return rowCount ?? 0
  }
})

describe('sold out, by the cache', () => {
  it('given a version at which it is sold out, when asked for, then yes, but not for those who hold it: their keys are read once a version', async () => {
    const own = await insertStock(shop.sql, locations, { onHand: [1, 1] })
    const [mine, theirs] = [randomUUID(), randomUUID()]
    await create(shop, [{ variantId: own, quantity: 1 }], { idempotencyKey: mine })
    let version: number | undefined = 7
    let read = 0
    const readKeys = createReadKeys(shop.app.db)
    const known = {
      soldOut: () => version !== undefined,
      peek: (variantId: string) =>
        version === undefined ? undefined : { variantId, version, available: 0, backorder: false, locations: [] },
    }
    const { covers } = createSoldOut(known, (id) => {
      read += 1
      return readKeys(id)
    })
    const both = () => Promise.all([covers(own, null, mine), covers(own, null, theirs)])
    expect(await both()).toEqual([false, true])
    expect(await both()).toEqual([false, true])
    expect(read).toBe(1)
    await create(shop, [{ variantId: own, quantity: 1 }], { idempotencyKey: theirs })
    version = 8
    expect(await both()).toEqual([false, false])
    expect(read).toBe(2)
    version = undefined
    expect(await covers(own, null, randomUUID())).toBe(false)
  })
})

describe('REST', () => {
  const post = async (path: string, body: unknown, type = 'application/json') => {
    const response = await fetch(`${shop.base}/api/reservations${path}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as { id: string } }
  }
  const wanted = () => ({ lines: [{ variantId, quantity: 1 }], ttlSeconds: 60, idempotencyKey: randomUUID() })

  it('given a reservation by REST, when made, extended, committed and committed again, then 201, 200, 200 and 409', async () => {
    const made = await post('', wanted())
    expect(made).toMatchObject({ status: 201, body: { status: 'active', lines: [{ variantId, quantity: 1 }] } })
    const path = `/${made.body.id}`
    expect(await post(`${path}/extend`, { ttlSeconds: 600 })).toMatchObject({ status: 200 })
    expect(await post(`${path}/commit`, {})).toMatchObject({ status: 200, body: { status: 'committed' } })
    expect(await post(`${path}/release`, {})).toMatchObject({
      status: 409,
      body: { error: { reason: 'RESERVATION_COMMITTED' } },
    })
    expect(await shop.get(`/api/reservations${path}`)).toMatchObject({ status: 200, body: { status: 'committed' } })
  })

  it.each([
    ['', wanted, 'text/plain', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['', () => [], 'application/json', 400, 'INVALID_INPUT'],
    ['/nobody/commit', () => ({}), 'application/json', 400, 'INVALID_INPUT'],
    [`/${randomUUID()}/commit`, () => ({}), 'application/json', 404, 'RESERVATION_NOT_FOUND'],
    [`/${randomUUID()}/commit`, () => ({}), 'text/plain', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['', () => 'x'.repeat(70_000), 'application/json', 413, 'PAYLOAD_TOO_LARGE'],
  ])('given POST %s, when wrong, then a typed 4xx', async (path, body, type, status, reason) => {
    expect(await post(path, body(), type)).toMatchObject({ status, body: { error: { reason } } })
  })
})
