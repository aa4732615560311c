/** The ledger, as it is read. */
import type { Tx } from '../platform/outbox.ts'
import type { Movement } from './schema.ts'

export interface LedgerFilter {
  variantId: string
  locationId?: string | undefined
  /** Only older ones than this. */
  before?: number | undefined
  limit: number
}

type Row = Omit<Movement, 'createdAt'> & { createdAt: Date }

/** Newest first. By location, each from the index, and then merged: a variant may have a million of them. */
export async function readMovements(tx: Tx, filter: LedgerFilter): Promise<Movement[]> {
  const { rows } = await tx.query<Row>(
    `SELECT m.id::text, m.variant_id::text AS "variantId", m.location_id::text AS "locationId", m.kind,
       m.on_hand_delta AS "onHandDelta", m.reserved_delta AS "reservedDelta", m.on_hand_after AS "onHandAfter",
       m.reserved_after AS "reservedAfter", m.version, m.reason, m.reference, m.actor, m.created_at AS "createdAt"
     FROM location l CROSS JOIN LATERAL (
       SELECT * FROM stock_movement m
       WHERE m.variant_id = $1 AND m.location_id = l.id AND ($3::bigint IS NULL OR m.id < $3)
       ORDER BY m.id DESC LIMIT $4) m
     WHERE $2::uuid IS NULL OR l.id = $2
     ORDER BY m.id DESC LIMIT $4`,
    [filter.variantId, filter.locationId ?? null, filter.before ?? null, filter.limit],
  )
  return rows.map(({ createdAt, ...row }) => ({ ...row, createdAt: createdAt.toISOString() }))
}

/** Whether there is, or was, such a variant. */
export async function hasVariant(tx: Tx, variantId: string): Promise<boolean> {
  const { rows } = await tx.query<{ has: boolean }>(
    'SELECT EXISTS (SELECT FROM variant WHERE id = $1) OR EXISTS (SELECT FROM stock_movement WHERE variant_id = $1) AS has',
    [variantId],
  )
  return rows[0]?.has ?? false
}
