/** The windows of prices in Postgres: lock, read, carry out a plan. All times in µs since the epoch. */
import type { Tx } from '../platform/outbox.ts'
import type { Plan, Window } from './plan.ts'

export interface PriceKey {
  variantId: string
  currency: string
  minQuantity: number
}

export interface Windows {
  /** Postgres' clock, later than anything that was committed before the lock was given. */
  at: number
  /** In the order of the keys: windows that are valid or to come, and the latest of the standing price. */
  windows: Window[][]
}

const micros = (column: string) => `(extract(epoch FROM ${column}) * 1000000)::float8`
const timeOf = (column: string) => `timestamptz 'epoch' + ${column} * interval '1 microsecond'`

/**
 * Locks variants by their products, in the order of their ids, as every writer of products does. Not the variants
 * themselves: who changes one by SQL has its row first, and waits for the product then, in a trigger. Returns the ids
 * of those that are there.
 */
export async function lockVariants(tx: Tx, ids: readonly string[]): Promise<Set<string>> {
  await tx.query(
    `SELECT FROM product WHERE id IN (SELECT product_id FROM variant WHERE id = ANY ($1::uuid[]))
     ORDER BY id FOR NO KEY UPDATE`,
    [ids],
  )
  const { rows } = await tx.query<{ id: string }>(
    'SELECT id::text FROM variant WHERE id = ANY ($1::uuid[]) AND deleted_at IS NULL',
    [ids],
  )
  return new Set(rows.map(({ id }) => id))
}

/** Under the lock: the time as it is now, and the windows of `keys` at that time. */
export async function readWindows(tx: Tx, keys: readonly PriceKey[]): Promise<Windows> {
  const { rows } = await tx.query<{ at: number; windows: (Omit<Window, 'until'> & { until: number | null })[] }>(
    `WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS at)
     SELECT ${micros('clock.at')} AS at, coalesce(found.windows, '[]') AS windows
     FROM clock CROSS JOIN jsonb_array_elements($1) WITH ORDINALITY AS x (key, n)
     CROSS JOIN LATERAL (SELECT (key ->> 'variantId')::uuid AS variant_id, key ->> 'currency' AS currency,
       (key ->> 'minQuantity')::int AS min_quantity) k
     CROSS JOIN LATERAL (
       SELECT json_agg(json_build_object('id', p.id, 'from', ${micros('p.valid_from')},
         'until', ${micros('p.valid_until')}, 'amountMinor', p.amount_minor, 'compareAtMinor', p.compare_at_minor,
         'scheduled', p.scheduled)) AS windows
       FROM price p
       WHERE p.variant_id = k.variant_id AND p.currency = k.currency AND p.min_quantity = k.min_quantity
         AND (p.valid_until IS NULL OR p.valid_until > clock.at OR p.id = (
           SELECT s.id FROM price s
           WHERE s.variant_id = k.variant_id AND s.currency = k.currency AND s.min_quantity = k.min_quantity
             AND NOT s.scheduled AND s.valid_from <= clock.at
           ORDER BY s.valid_from DESC LIMIT 1))) found
     ORDER BY x.n`,
    [JSON.stringify(keys)],
  )
  return {
    at: rows[0]?.at ?? 0,
    windows: rows.map(({ windows }) => windows.map((window) => ({ ...window, until: window.until ?? Infinity }))),
  }
}

/** Carries out the plans for `keys`, three statements at most. */
export async function carryOut(tx: Tx, keys: readonly PriceKey[], plans: readonly Plan[]): Promise<void> {
  const drop = plans.flatMap((plan) => plan.drop)
  if (drop.length > 0) await tx.query('DELETE FROM price WHERE id = ANY ($1::uuid[])', [drop])
  const end = plans.flatMap((plan) => plan.end)
  if (end.length > 0) {
    await tx.query(
      `UPDATE price p SET valid_until = ${timeOf('x.until')}, scheduled = x.scheduled, updated_at = now()
       FROM jsonb_to_recordset($1) AS x (id uuid, until float8, scheduled boolean) WHERE p.id = x.id`,
      [JSON.stringify(end)],
    )
  }
  const add = plans.flatMap((plan, index) => plan.add.map((window) => ({ ...keys[index], ...window })))
  if (add.length > 0) {
    await tx.query(
      `INSERT INTO price (variant_id, currency, min_quantity, amount_minor, compare_at_minor, valid_from, valid_until,
         scheduled)
       SELECT x."variantId", x.currency, x."minQuantity", x."amountMinor", x."compareAtMinor", ${timeOf('x.from')},
         ${timeOf('x.until')}, x.scheduled
       FROM jsonb_to_recordset($1) AS x ("variantId" uuid, currency text, "minQuantity" int, "amountMinor" bigint,
         "compareAtMinor" bigint, "from" float8, until float8, scheduled boolean)`,
      [JSON.stringify(add)], // Infinity becomes null
    )
  }
}
