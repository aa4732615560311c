/** Setting prices from now on. What was valid until now ends now, and stays as history. */
import type { Tx } from '../platform/outbox.ts'

export interface NewPrice {
  variantId: string
  currency: string
  minQuantity: number
  amountMinor: bigint
  /** undefined: stays as it is. */
  compareAtMinor: bigint | null | undefined
}

/**
 * Sets prices from now until the next scheduled change; leaves alone what is the same already. Returns the ids of the
 * variants whose prices changed. Two at once for the same variant must be kept apart by a lock on it.
 */
export async function setPrices(tx: Tx, prices: readonly NewPrice[]): Promise<string[]> {
  if (prices.length === 0) return []
  const rows = JSON.stringify(
    prices.map(({ variantId, currency, minQuantity, amountMinor, compareAtMinor }) => ({
      variant_id: variantId,
      currency,
      min_quantity: minQuantity,
      amount_minor: amountMinor.toString(),
      compare_at_minor: compareAtMinor?.toString() ?? null,
      keep_compare_at: compareAtMinor === undefined,
    })),
  )
  const changed = await tx.query<{ row: unknown }>(
    `WITH wanted AS (
       SELECT x.variant_id, x.currency, x.min_quantity, x.amount_minor, p.id AS present, p.valid_from, p.valid_until,
         CASE WHEN x.keep_compare_at THEN p.compare_at_minor ELSE x.compare_at_minor END AS compare_at_minor
       FROM jsonb_to_recordset($1) AS x (variant_id uuid, currency char(3), min_quantity int, amount_minor bigint,
         compare_at_minor bigint, keep_compare_at boolean)
       LEFT JOIN price p ON p.variant_id = x.variant_id AND p.currency = x.currency AND p.min_quantity = x.min_quantity
         AND p.valid_from <= now() AND (p.valid_until IS NULL OR p.valid_until > now())
       WHERE p.id IS NULL OR p.amount_minor <> x.amount_minor
         OR NOT x.keep_compare_at AND p.compare_at_minor IS DISTINCT FROM x.compare_at_minor),
     again AS (
       UPDATE price p SET amount_minor = w.amount_minor, compare_at_minor = w.compare_at_minor, updated_at = now()
       FROM wanted w WHERE p.id = w.present AND p.valid_from = now()),
     ended AS (
       UPDATE price p SET valid_until = now(), updated_at = now()
       FROM wanted w WHERE p.id = w.present AND p.valid_from < now())
     SELECT to_jsonb(w) AS row FROM wanted w`,
    [rows],
  )
  const { rows: written } = await tx.query<{ variant_id: string }>(
    `WITH wanted AS (
       SELECT * FROM jsonb_to_recordset($1) AS w (variant_id uuid, currency char(3), min_quantity int,
         amount_minor bigint, compare_at_minor bigint, valid_from timestamptz, valid_until timestamptz)),
     begun AS (
       INSERT INTO price (variant_id, currency, min_quantity, amount_minor, compare_at_minor, valid_from, valid_until)
       SELECT w.variant_id, w.currency, w.min_quantity, w.amount_minor, w.compare_at_minor, now(),
         coalesce(w.valid_until, CASE WHEN w.valid_from IS NULL THEN
           (SELECT min(p.valid_from) FROM price p WHERE p.variant_id = w.variant_id AND p.currency = w.currency
             AND p.min_quantity = w.min_quantity AND p.valid_from > now()) END)
       FROM wanted w WHERE w.valid_from IS DISTINCT FROM now())
     SELECT DISTINCT variant_id::text FROM wanted`,
    [JSON.stringify(changed.rows.map(({ row }) => row))],
  )
  return written.map((row) => row.variant_id)
}
