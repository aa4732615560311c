/** The windows of a variant's prices: those that were, are, and will be. */
import type { Tx } from '../platform/outbox.ts'
import type { PriceWindow } from './schema.ts'

/** Where a page ended. */
export interface Position {
  /** µs since the epoch. */
  from: number
  id: string
}

export interface HistoryFilter {
  variantId: string
  currency?: string | undefined
  /** Only this one. */
  id?: string
  after?: Position | undefined
  limit: number
}

export type HistoryRow = PriceWindow & { from: number }

/** Newest first: what begins last. Null when there is no such variant. */
export async function readHistory(tx: Tx, filter: HistoryFilter): Promise<HistoryRow[] | null> {
  const { variantId, currency, id, after, limit } = filter
  const { rows } = await tx.query<Record<string, unknown> & { id: string | null; from: number; until: number | null }>(
    `SELECT p.id::text, v.id::text AS "variantId", p.currency, p.min_quantity AS "minQuantity",
       p.amount_minor::float8 AS "amountMinor", p.compare_at_minor::float8 AS "compareAtMinor", p.scheduled,
       (extract(epoch FROM p.valid_from) * 1000000)::float8 AS "from",
       (extract(epoch FROM p.valid_until) * 1000000)::float8 AS until
     FROM variant v LEFT JOIN price p ON p.variant_id = v.id
       AND ($2::text IS NULL OR p.currency = $2) AND ($3::uuid IS NULL OR p.id = $3)
       AND ($4::uuid IS NULL
         OR (p.valid_from, p.id) < (timestamptz 'epoch' + $5::float8 * interval '1 microsecond', $4))
     WHERE v.id = $1
     ORDER BY p.valid_from DESC, p.id DESC LIMIT $6`,
    [variantId, currency ?? null, id ?? null, after?.id ?? null, after?.from ?? null, limit],
  )
  if (rows.length === 0) return null
  return rows
    .filter((row) => row.id !== null)
    .map(({ until, compareAtMinor, ...row }) => ({
      ...(row as Omit<HistoryRow, 'validFrom' | 'validUntil' | 'compareAtMinor'>),
      ...(compareAtMinor !== null && { compareAtMinor: compareAtMinor as number }),
      validFrom: new Date(row.from / 1_000).toISOString(),
      validUntil: until === null ? null : new Date(until / 1_000).toISOString(),
    }))
}
