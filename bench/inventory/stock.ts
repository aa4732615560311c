/** Variants with stock, by SQL, and what became of it. */
import type pg from 'pg'

type Sql = Pick<pg.ClientBase, 'query'>

/** A variant with so many units, for each of `units`, all at one location; the ledger knows of them. */
export async function insertStock(sql: Sql, units: readonly number[]): Promise<{ ids: string[]; locationId: string }> {
  const { rows } = await sql.query<{ id: string; place: string }>(
    `WITH l AS (INSERT INTO location (code, title) VALUES ('main', 'Main warehouse') RETURNING id),
     p AS (INSERT INTO product (slug, title, status) VALUES ('wanted', 'Wanted', 'active') RETURNING id)
     INSERT INTO variant (product_id, sku, title, position)
     SELECT p.id, 'wanted-' || n, 'Variant ' || n, n FROM l, p, generate_series(1, $1::int) n RETURNING id, (SELECT id FROM l) AS place`,
    [units.length],
  )
  const ids = rows.map(({ id }) => id)
  await sql.query(
    `WITH s AS (
       INSERT INTO stock_level (variant_id, location_id, on_hand)
       SELECT v, l.id, units FROM location l, unnest($1::uuid[], $2::int[]) u (v, units) RETURNING *)
     INSERT INTO stock_movement (variant_id, location_id, kind, on_hand_delta, on_hand_after, reserved_after, version)
     SELECT variant_id, location_id, 'receipt', on_hand, on_hand, 0, version FROM s`,
    [ids, units],
  )
  return { ids, locationId: rows[0]?.place ?? '' }
}

/** What Postgres says was reserved of a variant: by reservations, by its level, by the ledger. */
export async function soldOf(sql: Sql, variantId: string) {
  const { rows } = await sql.query<{ reservations: number; reserved: number; ledger: number }>(
    `SELECT (SELECT count(*)::int FROM reservation
             WHERE status = 'active' AND lines @> jsonb_build_array(jsonb_build_object('variantId', $1::text))) AS reservations,
            (SELECT reserved FROM stock_level WHERE variant_id = $1::uuid) AS reserved,
            (SELECT coalesce(sum(reserved_delta), 0)::int FROM stock_movement WHERE variant_id = $1::uuid) AS ledger`,
    [variantId],
  )
  return rows[0] ?? { reservations: 0, reserved: 0, ledger: 0 }
}
