/** Stock levels in Postgres: lock them, move them with their ledger rows, set what is not for sale. */
import type { Tx } from '../platform/outbox.ts'
import type { Level, Movement } from './schema.ts'

export interface LockedLevel extends Level {
  backorder: boolean
}

export interface Move {
  locationId: string
  kind: Movement['kind']
  delta: number
}

export interface Why {
  reason?: string | undefined
  reference?: string | undefined
  actor: string
}

const columns = `variant_id::text AS "variantId", location_id::text AS "locationId", on_hand AS "onHand", reserved,
  safety_stock AS "safetyStock", version`

/** Locks all levels of a variant that there are, in key order: what is cached is made of all of them. */
export async function lockLevels(tx: Tx, variantId: string): Promise<LockedLevel[]> {
  const { rows } = await tx.query<LockedLevel>(
    `SELECT ${columns}, backorder FROM stock_level
     WHERE variant_id = $1 ORDER BY variant_id, location_id FOR NO KEY UPDATE`,
    [variantId],
  )
  return rows
}

/** Creates the levels that are missing, empty, where there are such a living variant and such locations. */
export async function createLevels(tx: Tx, variantId: string, locationIds: readonly string[]): Promise<void> {
  await tx.query(
    `INSERT INTO stock_level (variant_id, location_id)
     SELECT v.id, l.id FROM variant v, location l
     WHERE v.id = $1 AND v.deleted_at IS NULL AND l.id = ANY ($2::uuid[]) ORDER BY l.id
     ON CONFLICT DO NOTHING`,
    [variantId, locationIds],
  )
}

export async function isVariant(tx: Tx, variantId: string): Promise<boolean> {
  const { rowCount } = await tx.query('SELECT FROM variant WHERE id = $1 AND deleted_at IS NULL', [variantId])
  return rowCount === 1
}

/** Moves what is on hand at locked levels, and writes the ledger, in one statement. The levels in the order of `moves`. */
export async function moveStock(tx: Tx, variantId: string, moves: readonly Move[], why: Why): Promise<Level[]> {
  const { rows } = await tx.query<Level>(
    `WITH moved AS (
       UPDATE stock_level s SET on_hand = s.on_hand + m.delta, version = s.version + 1
       FROM jsonb_to_recordset($2) AS m ("locationId" uuid, kind movement_kind, delta int)
       WHERE s.variant_id = $1 AND s.location_id = m."locationId"
       RETURNING s.*, m.kind, m.delta),
     written AS (
       INSERT INTO stock_movement (variant_id, location_id, kind, on_hand_delta, on_hand_after, reserved_after, version,
         reason, reference, actor)
       SELECT variant_id, location_id, kind, delta, on_hand, reserved, version, $3, $4, $5 FROM moved
       ORDER BY kind)
     SELECT ${columns} FROM moved`,
    [variantId, JSON.stringify(moves), why.reason ?? null, why.reference ?? null, why.actor],
  )
  return inOrder(rows, moves)
}

/** The same for a level that is locked. */
export async function setSafetyStock(tx: Tx, variantId: string, locationId: string, quantity: number): Promise<void> {
  await tx.query(
    `UPDATE stock_level SET safety_stock = $3, version = version + 1
     WHERE variant_id = $1 AND location_id = $2 AND safety_stock <> $3`,
    [variantId, locationId, quantity],
  )
}

/** Locks a variant by its product first, as every writer of products does; null: there is none. */
export async function lockVariant(tx: Tx, variantId: string): Promise<{ backorder: boolean } | null> {
  await tx.query('SELECT FROM product WHERE id = (SELECT product_id FROM variant WHERE id = $1) FOR NO KEY UPDATE', [
    variantId,
  ])
  const { rows } = await tx.query<{ backorder: boolean }>(
    'SELECT backorder FROM variant WHERE id = $1 AND deleted_at IS NULL',
    [variantId],
  )
  return rows[0] ?? null
}

/** A trigger tells the levels. */
export async function setBackorder(tx: Tx, variantId: string, backorder: boolean): Promise<void> {
  await tx.query('UPDATE variant SET backorder = $2, updated_at = now() WHERE id = $1', [variantId, backorder])
}

export function inOrder(levels: readonly Level[], of: readonly { locationId: string }[]): Level[] {
  const byLocation = new Map(levels.map((level) => [level.locationId, level]))
  return of.map(({ locationId }) => byLocation.get(locationId) as Level)
}
