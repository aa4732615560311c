/** Reservations in tests: stock put there by SQL, and what must be true of it whatever happened. */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { expect } from 'vitest'
import type { TestApp } from './app.ts'
import { insertProduct } from './catalog.ts'
import { failureOf } from './staff.ts'

export interface StockFixture {
  /** On hand, by location. */
  onHand: number[]
  safetyStock?: number
  backorder?: boolean
}

/** Locations in the order of their ids. */
export async function insertLocations(sql: pg.Pool, count: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `INSERT INTO location (code, title) SELECT $1 || n, 'Location ' || n FROM generate_series(1, $2::int) n RETURNING id`,
    [randomUUID().slice(0, 8), count],
  )
  return rows.map(({ id }) => id).sort()
}

/** A variant of a product of its own; gives its id. */
export async function insertStock(sql: pg.Pool, locations: readonly string[], stock: StockFixture): Promise<string> {
  const productId = await insertProduct(sql, { slug: `stock-${randomUUID()}` })
  const { onHand, safetyStock = 0, backorder = false } = stock
  const { rows } = await sql.query<{ id: string }>(
    'UPDATE variant SET backorder = $2 WHERE product_id = $1 RETURNING id',
    [productId, backorder],
  )
  const id = rows[0]?.id ?? ''
  await sql.query(
    `INSERT INTO stock_level (variant_id, location_id, safety_stock)
     SELECT $1, location_id, $3 FROM unnest($2::uuid[]) location_id`,
    [id, locations.slice(0, onHand.length), safetyStock],
  )
  for (const [index, quantity] of onHand.entries()) {
    if (quantity > 0) await receive(sql, id, locations[index] ?? '', quantity)
  }
  return id
}

/** As a delivery does: the level and the ledger in one statement. */
export async function receive(sql: pg.Pool, variantId: string, locationId: string, quantity: number): Promise<void> {
  await sql.query(
    `WITH level AS (
       UPDATE stock_level SET on_hand = on_hand + $3::int, version = version + 1
       WHERE variant_id = $1 AND location_id = $2 RETURNING *)
     INSERT INTO stock_movement (variant_id, location_id, kind, on_hand_delta, on_hand_after, reserved_after, version)
     SELECT variant_id, location_id, 'receipt', $3::int, on_hand, reserved, version FROM level`,
    [variantId, locationId, quantity],
  )
}

/** on_hand and reserved of a variant, by location. */
export async function levelsOf(sql: pg.Pool, variantId: string): Promise<[onHand: number, reserved: number][]> {
  const { rows } = await sql.query(
    'SELECT on_hand, reserved FROM stock_level WHERE variant_id = $1 ORDER BY location_id',
    [variantId],
  )
  return rows.map(({ on_hand, reserved }) => [on_hand, reserved])
}

/** As if its time were up, and nobody had swept it. */
export async function letTimePass(sql: pg.Pool, id: string): Promise<void> {
  await sql.query(`UPDATE reservation SET expires_at = clock_timestamp() - interval '1 ms' WHERE id = $1`, [id])
}

/**
 * [G7] The ledger adds up to each level, and its balances follow each other; what is reserved is what the active
 * reservations hold; and no more is reserved than there is, but on backorder.
 */
export async function expectBooksToBalance(sql: pg.Pool): Promise<void> {
  const { rows } = await sql.query(
    `WITH ledger AS (
       SELECT variant_id, location_id, sum(on_hand_delta)::int AS on_hand, sum(reserved_delta)::int AS reserved,
         max(version) AS version FROM stock_movement GROUP BY 1, 2),
     held AS (
       SELECT l."variantId" AS variant_id, l."locationId" AS location_id, sum(l.quantity)::int AS reserved
       FROM reservation r, jsonb_to_recordset(r.lines) AS l ("variantId" uuid, "locationId" uuid, quantity int)
       WHERE r.status = 'active' GROUP BY 1, 2)
     SELECT s.*, l.on_hand AS ledger_on_hand, l.reserved AS ledger_reserved, l.version AS ledger_version,
       h.reserved AS held
     FROM stock_level s LEFT JOIN ledger l USING (variant_id, location_id) LEFT JOIN held h USING (variant_id, location_id)
     WHERE s.on_hand <> coalesce(l.on_hand, 0) OR s.reserved <> coalesce(l.reserved, 0)
       OR s.version <> coalesce(l.version, 1)
       OR s.reserved <> coalesce(h.reserved, 0) OR (NOT s.backorder AND s.reserved > s.on_hand)`,
  )
  expect(rows).toEqual([])
  const broken = await sql.query(
    `SELECT * FROM (
       SELECT *, lag(on_hand_after, 1, 0) OVER w AS had, lag(reserved_after, 1, 0) OVER w AS held,
         lag(version, 1, 1) OVER w AS before
       FROM stock_movement WINDOW w AS (PARTITION BY variant_id, location_id ORDER BY version)) m
     WHERE had + on_hand_delta <> on_hand_after OR held + reserved_delta <> reserved_after OR before + 1 <> version`,
  )
  expect(broken.rows).toEqual([])
}

type Create = Parameters<TestApp['trpc']['inventory']['reservation']['create']['mutate']>[0]

export const create = (shop: TestApp, lines: Create['lines'], more: Partial<Create> = {}) =>
  shop.trpc.inventory.reservation.create.mutate({ lines, ttlSeconds: 600, idempotencyKey: randomUUID(), ...more })

/** The reason that `promise` fails with. */
export const reasonOf = async (promise: Promise<unknown>) => (await failureOf(promise)).reason

/** The reservation's status, or the reason of its failure. */
export const outcomeOf = (promise: Promise<{ status: string }>): Promise<string> =>
  promise.then(
    ({ status }) => status,
    (error) => String(error.data.reason),
  )

/** How often each is there. */
export const countOf = (outcomes: readonly string[]) =>
  Object.fromEntries(Object.entries(Object.groupBy(outcomes, (each) => each)).map(([key, all]) => [key, all?.length]))

/** Runs `work` while the sweeper finds nothing to do. */
export async function withoutSweep(sql: pg.Pool, work: () => Promise<void>): Promise<void> {
  await sql.query('ALTER FUNCTION expire_reservations RENAME TO expire_reservations_of')
  await sql.query(
    `CREATE FUNCTION expire_reservations(variants uuid[], most int, hold_ms int) RETURNS jsonb LANGUAGE sql AS $$
       SELECT CASE WHEN variants IS NULL THEN '{"expired": 0}' ELSE expire_reservations_of(variants, most, hold_ms) END $$`,
  )
  try {
    await work()
  } finally {
    await sql.query(
      'DROP FUNCTION expire_reservations; ALTER FUNCTION expire_reservations_of RENAME TO expire_reservations',
    )
  }
}
