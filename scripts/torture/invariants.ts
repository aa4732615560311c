/**
 * [G7] What must be true of the stock whenever one looks, in SQL. Each invariant is a query for what violates it; it
 * knows the tables, and none of the code that writes them.
 */
import type pg from 'pg'

export interface Violation {
  invariant: string
  count: number
  /** The first of them, as rows. */
  examples: unknown[]
}

interface Invariant {
  name: string
  /** Gives a row for each violation. */
  sql: string
}

/** The lines of reservations as rows. */
const lines = `line AS (
  SELECT reservation.id, status, (each->>'variantId')::uuid AS variant_id, (each->>'locationId')::uuid AS location_id,
         sum((each->>'quantity')::int)::int AS quantity
  FROM reservation, jsonb_array_elements(lines) each GROUP BY 1, 2, 3, 4)`

export const invariants: Invariant[] = [
  {
    name: 'nothing is negative, and without backorder nothing is oversold',
    sql: `SELECT * FROM stock_level WHERE on_hand < 0 OR reserved < 0 OR (NOT backorder AND reserved > on_hand)`,
  },
  {
    name: 'what is reserved is what active reservations hold',
    sql: `WITH ${lines}, held AS (
            SELECT variant_id, location_id, sum(quantity)::int AS quantity FROM line WHERE status = 'active' GROUP BY 1, 2)
          SELECT variant_id, location_id, reserved, quantity AS held
          FROM stock_level FULL JOIN held USING (variant_id, location_id)
          WHERE coalesce(reserved, 0) <> coalesce(quantity, 0) OR on_hand IS NULL`,
  },
  {
    name: 'each movement continues the balances of the one before',
    sql: `WITH chain AS (
            SELECT id, variant_id, location_id, kind, on_hand_delta, on_hand_after, reserved_delta, reserved_after, version,
                   lag(on_hand_after) OVER earlier AS on_hand_before, lag(reserved_after) OVER earlier AS reserved_before,
                   lag(version) OVER earlier AS version_before
            FROM stock_movement WINDOW earlier AS (PARTITION BY variant_id, location_id ORDER BY id))
          SELECT * FROM chain WHERE on_hand_before + on_hand_delta <> on_hand_after OR version < version_before
            OR coalesce(reserved_before, 0) + reserved_delta <> reserved_after`,
  },
  {
    name: 'the last movement has the balances of the level',
    sql: `SELECT level.*, last.* FROM stock_level level LEFT JOIN LATERAL (
            SELECT id AS movement, on_hand_after, reserved_after, version AS version_after FROM stock_movement m
            WHERE (m.variant_id, m.location_id) = (level.variant_id, level.location_id) ORDER BY id DESC LIMIT 1) last ON true
          WHERE coalesce(on_hand_after, on_hand) <> on_hand OR coalesce(reserved_after, 0) <> reserved OR version_after > version`,
  },
  {
    name: 'each movement changes what its kind changes',
    sql: `SELECT * FROM stock_movement WHERE NOT CASE kind
            WHEN 'receipt' THEN on_hand_delta > 0 AND reserved_delta = 0
            WHEN 'return' THEN on_hand_delta > 0 AND reserved_delta = 0
            WHEN 'adjust' THEN reserved_delta = 0
            WHEN 'transfer_out' THEN on_hand_delta < 0 AND reserved_delta = 0
            WHEN 'transfer_in' THEN on_hand_delta > 0 AND reserved_delta = 0
            WHEN 'reserve' THEN on_hand_delta = 0 AND reserved_delta > 0
            WHEN 'release' THEN on_hand_delta = 0 AND reserved_delta < 0
            WHEN 'expire' THEN on_hand_delta = 0 AND reserved_delta < 0
            WHEN 'commit' THEN on_hand_delta < 0 AND reserved_delta = on_hand_delta END`,
  },
  {
    name: 'transfers create and lose nothing',
    sql: `SELECT variant_id, sum(on_hand_delta) FROM stock_movement WHERE kind IN ('transfer_out', 'transfer_in')
          GROUP BY 1 HAVING sum(on_hand_delta) <> 0`,
  },
  {
    name: 'each line of a reservation was reserved once, and ended once if it has ended, as its reservation says',
    sql: `WITH ${lines}, moved AS (
            SELECT reference, variant_id, location_id,
                   sum(reserved_delta) FILTER (WHERE kind = 'reserve') AS reserved,
                   -sum(reserved_delta) FILTER (WHERE kind = 'commit') AS committed,
                   -sum(reserved_delta) FILTER (WHERE kind = 'release') AS released,
                   -sum(reserved_delta) FILTER (WHERE kind = 'expire') AS expired
            FROM stock_movement WHERE kind IN ('reserve', 'commit', 'release', 'expire') GROUP BY 1, 2, 3)
          SELECT * FROM (SELECT *, id::text AS reference FROM line) line FULL JOIN moved USING (reference, variant_id, location_id)
          WHERE quantity IS NULL OR quantity IS DISTINCT FROM reserved
            OR coalesce(committed, 0) <> CASE status WHEN 'committed' THEN quantity ELSE 0 END
            OR coalesce(released, 0) <> CASE status WHEN 'released' THEN quantity ELSE 0 END
            OR coalesce(expired, 0) <> CASE status WHEN 'expired' THEN quantity ELSE 0 END`,
  },
]

const mostExamples = 3

/** What is violated, in what `client` sees now. */
export async function findViolations(client: Pick<pg.ClientBase, 'query'>): Promise<Violation[]> {
  const violations: Violation[] = []
  for (const { name, sql } of invariants) {
    const { rows } = await client.query<{ count: number; examples: unknown[] | null }>(
      `SELECT count(*)::int AS count, jsonb_agg(to_jsonb(found)) FILTER (WHERE nth <= ${mostExamples}) AS examples
       FROM (SELECT *, row_number() OVER () AS nth FROM (${sql}) violation) found`,
    )
    const { count = 0, examples } = rows[0] ?? {}
    if (count > 0) violations.push({ invariant: name, count, examples: examples ?? [] })
  }
  return violations
}

/** The same, at one moment of a database that others are writing to. */
export async function checkNow(client: Pick<pg.ClientBase, 'query'>): Promise<Violation[]> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  try {
    return await findViolations(client)
  } finally {
    await client.query('ROLLBACK')
  }
}

/** For a person. */
export const describe = ({ invariant, count, examples }: Violation) =>
  `VIOLATED (${count} times): ${invariant}\n${examples.map((example) => `  ${JSON.stringify(example)}`).join('\n')}`
