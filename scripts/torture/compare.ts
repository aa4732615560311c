/** [G7, G8] The database against what callers were told: all that was acknowledged is there, once, and nothing else. */
import type pg from 'pg'
import { type Line, type Model, type Move, totals } from './model.ts'

interface Row {
  id: string
  idempotency_key: string
  status: string
  lines: Line[]
}

interface Movement {
  id: string
  reference: string | null
  variant_id: string
  location_id: string
  on_hand_delta: number
}

const pageSize = 10_000

/** Adds to the model's faults. Nobody may be writing. */
export async function compare(sql: pg.Pool, model: Model): Promise<void> {
  await compareReservations(sql, model)
  await compareMoves(sql, model)
  const { rows } = await sql.query(stockFromNowhere)
  for (const row of rows) model.fault(`stock that nobody brought: ${JSON.stringify(row)}`)
}

/** All began with nothing. From there on the invariants follow it, movement by movement. */
const stockFromNowhere = `
  SELECT variant_id, location_id, on_hand, first.* FROM stock_level LEFT JOIN LATERAL (
    SELECT id, on_hand_delta, on_hand_after FROM stock_movement m
    WHERE (m.variant_id, m.location_id) = (stock_level.variant_id, stock_level.location_id) ORDER BY id LIMIT 1) first ON true
  WHERE CASE WHEN id IS NULL THEN on_hand <> 0 ELSE on_hand_after <> on_hand_delta END`

async function compareReservations(sql: pg.Pool, { held, unsure, fault }: Model): Promise<void> {
  let found = 0
  const query = 'SELECT id, idempotency_key, status, lines FROM reservation WHERE id > $1 ORDER BY id LIMIT $2'
  for await (const row of paged<Row>(sql, query, '00000000-0000-0000-0000-000000000000')) {
    const known = held.get(row.idempotency_key)
    if (!known) {
      if (!unsure.has(row.idempotency_key)) fault(`reservation ${row.id} is there, and nobody was told`)
      continue
    }
    found++
    if (known.id !== row.id) fault(`key ${row.idempotency_key}: told ${known.id}, there is ${row.id}`)
    if (totals(known.input.lines) !== totals(row.lines)) fault(`reservation ${row.id} has other lines`)
    if (known.ended && known.ended !== row.status) fault(`${row.id} was told to be ${known.ended}, is ${row.status}`)
    if (known.over && row.status === 'committed') fault(`${row.id} is committed after its time`)
  }
  if (found < held.size) fault(`${held.size - found} acknowledged reservations are not there`)
}

async function compareMoves(sql: pg.Pool, { moves, fault }: Model): Promise<void> {
  const seen = new Map<string, Movement[]>()
  const query = `SELECT id, reference, variant_id, location_id, on_hand_delta FROM stock_movement
    WHERE kind IN ('receipt', 'adjust', 'transfer_out', 'transfer_in') AND id > $1 ORDER BY id LIMIT $2`
  for await (const row of paged<Movement>(sql, query, '0')) {
    const reference = row.reference ?? ''
    if (!moves.has(reference)) fault(`movement ${row.id} is of nobody's: reference ${reference}`)
    seen.set(reference, [...(seen.get(reference) ?? []), row])
  }
  for (const [reference, move] of moves) {
    const there = seen.get(reference) ?? []
    if (there.length === 0 && move.happened) fault(`${reference} was acknowledged and is not there`)
    if (there.length > 0 && move.happened === false) fault(`${reference} was refused and is there`)
    if (there.length > 0 && written(there) !== asked(move)) fault(`${reference} is there as ${written(there)}`)
  }
}

const written = (movements: Movement[]) =>
  movements
    .map(({ variant_id, location_id, on_hand_delta }) => `${variant_id}@${location_id}${on_hand_delta}`)
    .toSorted()
    .join(' ')
const asked = ({ changes }: Move) =>
  changes
    .map(({ variantId, locationId, delta }) => `${variantId}@${locationId}${delta}`)
    .toSorted()
    .join(' ')

async function* paged<T extends { id: string }>(sql: pg.Pool, query: string, first: string): AsyncGenerator<T> {
  for (let after: string | undefined = first; after !== undefined; ) {
    const { rows }: { rows: T[] } = await sql.query<T & pg.QueryResultRow>(query, [after, pageSize])
    yield* rows
    after = rows.at(-1)?.id
  }
}
