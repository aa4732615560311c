/** The ledger held against the levels, and against what is reserved. */
import type { Tx } from '../platform/outbox.ts'

export interface Key {
  variantId: string
  locationId: string
}

export interface Balance {
  onHand: number
  reserved: number
}

export interface Account extends Key {
  /** null: gone. */
  level: (Balance & { backorder: boolean }) | null
  ledger: Balance
  lastMovement: Balance
  reservedByReservations: number
}

export interface Repair extends Key {
  /** As it shall be. */
  reserved: number
  /** What the ledger lacks. */
  onHandDelta: number
  reservedDelta: number
}

const nil = '00000000-0000-0000-0000-000000000000'
const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** The next `limit` pairs of variant and location that have a level or a ledger, in order. */
export async function readKeys(
  tx: Tx,
  { variantId, after, limit }: { variantId?: string | undefined; after?: Key | undefined; limit: number },
): Promise<Key[]> {
  const { rows } = await tx.query<Key>(
    // From one pair to the next by the index: a ledger has many rows of each.
    `WITH RECURSIVE ledger AS (
       (SELECT variant_id, location_id, 1 AS n FROM stock_movement
        WHERE (variant_id, location_id) > ($1, $2) AND variant_id <= $3 ORDER BY variant_id, location_id LIMIT 1)
       UNION ALL
       SELECT next.variant_id, next.location_id, l.n + 1 FROM ledger l CROSS JOIN LATERAL (
         SELECT m.variant_id, m.location_id FROM stock_movement m
         WHERE (m.variant_id, m.location_id) > (l.variant_id, l.location_id) AND m.variant_id <= $3
         ORDER BY m.variant_id, m.location_id LIMIT 1) next
       WHERE l.n < $4),
     levels AS (
       SELECT variant_id, location_id FROM stock_level
       WHERE (variant_id, location_id) > ($1, $2) AND variant_id <= $3 ORDER BY variant_id, location_id LIMIT $4)
     SELECT variant_id::text AS "variantId", location_id::text AS "locationId" FROM (
       SELECT variant_id, location_id FROM ledger UNION SELECT variant_id, location_id FROM levels) k
     ORDER BY variant_id, location_id LIMIT $4`,
    [after?.variantId ?? variantId ?? nil, after?.locationId ?? nil, variantId ?? last, limit],
  )
  return rows
}

/** Waits until nobody else is changing the levels of `keys`, and keeps it so. */
export async function lockAccounts(tx: Tx, keys: readonly Key[]): Promise<void> {
  await tx.query(
    `SELECT FROM stock_level s WHERE EXISTS (
       SELECT FROM jsonb_to_recordset($1) AS k ("variantId" uuid, "locationId" uuid)
       WHERE s.variant_id = k."variantId" AND s.location_id = k."locationId")
     ORDER BY variant_id, location_id FOR NO KEY UPDATE`,
    [JSON.stringify(keys)],
  )
}

/** What there was before the first movement counts as opened with: stock may have been there before the ledger. */
export async function readAccounts(tx: Tx, keys: readonly Key[]): Promise<Account[]> {
  const { rows } = await tx.query<Account>(
    `WITH keys AS (SELECT * FROM jsonb_to_recordset($1) AS k ("variantId" uuid, "locationId" uuid)),
     held AS (
       SELECT line ->> 'variantId' AS "variantId", line ->> 'locationId' AS "locationId",
         sum((line ->> 'quantity')::bigint) AS quantity
       FROM reservation, jsonb_array_elements(lines) line WHERE status = 'active' GROUP BY 1, 2)
     SELECT k."variantId"::text, k."locationId"::text,
       CASE WHEN s.variant_id IS NOT NULL
         THEN json_build_object('onHand', s.on_hand, 'reserved', s.reserved, 'backorder', s.backorder) END AS level,
       json_build_object(
         'onHand', coalesce(opening.on_hand + total.on_hand, s.on_hand, 0),
         'reserved', coalesce(opening.reserved + total.reserved, s.reserved, 0)) AS ledger,
       json_build_object(
         'onHand', coalesce(latest.on_hand, s.on_hand, 0), 'reserved', coalesce(latest.reserved, s.reserved, 0))
         AS "lastMovement",
       coalesce(held.quantity, 0)::float8 AS "reservedByReservations"
     FROM keys k
     LEFT JOIN stock_level s ON s.variant_id = k."variantId" AND s.location_id = k."locationId"
     LEFT JOIN held ON held."variantId" = k."variantId"::text AND held."locationId" = k."locationId"::text
     LEFT JOIN LATERAL (
       SELECT on_hand_after::bigint - on_hand_delta AS on_hand, reserved_after::bigint - reserved_delta AS reserved
       FROM stock_movement WHERE variant_id = k."variantId" AND location_id = k."locationId" ORDER BY id LIMIT 1
     ) opening ON true
     LEFT JOIN LATERAL (
       SELECT sum(on_hand_delta) AS on_hand, sum(reserved_delta) AS reserved
       FROM stock_movement WHERE variant_id = k."variantId" AND location_id = k."locationId"
     ) total ON true
     LEFT JOIN LATERAL (
       SELECT on_hand_after AS on_hand, reserved_after AS reserved
       FROM stock_movement WHERE variant_id = k."variantId" AND location_id = k."locationId" ORDER BY id DESC LIMIT 1
     ) latest ON true
     ORDER BY k."variantId", k."locationId"`,
    [JSON.stringify(keys)],
  )
  return rows
}

/** Sets what is reserved, and writes what the ledger lacks. Of a level that is gone, the ledger ends with nothing. */
export async function repairAccounts(tx: Tx, repairs: readonly Repair[], actor: string): Promise<void> {
  await tx.query(
    `WITH repair AS (
       SELECT * FROM jsonb_to_recordset($1) AS r
         ("variantId" uuid, "locationId" uuid, reserved int, "onHandDelta" int, "reservedDelta" int)),
     changed AS (
       UPDATE stock_level s SET reserved = r.reserved, version = s.version + 1
       FROM repair r WHERE s.variant_id = r."variantId" AND s.location_id = r."locationId"
       RETURNING s.*)
     INSERT INTO stock_movement (variant_id, location_id, kind, on_hand_delta, reserved_delta, on_hand_after,
       reserved_after, version, reason, actor)
     SELECT r."variantId", r."locationId", 'adjust', r."onHandDelta", r."reservedDelta", coalesce(c.on_hand, 0),
       coalesce(c.reserved, 0), coalesce(c.version, 0), 'reconciled', $2
     FROM repair r LEFT JOIN changed c ON c.variant_id = r."variantId" AND c.location_id = r."locationId"
     WHERE r."onHandDelta" <> 0 OR r."reservedDelta" <> 0
     ORDER BY r."variantId", r."locationId"`,
    [JSON.stringify(repairs), actor],
  )
}
