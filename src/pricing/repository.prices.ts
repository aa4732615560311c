/** The prices of variants as they are right now. */
import type { Tx } from '../platform/outbox.ts'

export interface ValidPrice {
  currency: string
  minQuantity: number
  amountMinor: number
  compareAtMinor: number | null
}

/** What is cached of a variant. */
export interface VariantPrices {
  /** The highest of its windows that are valid or to come; 0: there are none. Rises with each change. */
  revision: number
  /** When one of them begins or ends, ms since the epoch by Postgres' clock; null: never. */
  changesAt: number | null
  /** By currency, lowest quantity first. */
  prices: ValidPrice[]
}

/** In the order of `ids`; null for a variant that is not for sale: deleted, or its product isn't active. */
export async function readPrices(tx: Tx, ids: readonly string[]): Promise<(VariantPrices | null)[]> {
  const { rows } = await tx.query<VariantPrices & { id: string }>(
    `WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS at)
     SELECT v.id::text, coalesce(max(r.revision), 0)::float8 AS revision,
       (extract(epoch FROM min(CASE WHEN r.valid_from > clock.at THEN r.valid_from ELSE r.valid_until END))
         * 1000)::float8 AS "changesAt",
       coalesce(json_agg(json_build_object('currency', r.currency, 'minQuantity', r.min_quantity,
           'amountMinor', r.amount_minor, 'compareAtMinor', r.compare_at_minor) ORDER BY r.currency, r.min_quantity)
         FILTER (WHERE r.valid_from <= clock.at), '[]') AS prices
     FROM clock CROSS JOIN variant v JOIN product p ON p.id = v.product_id
     LEFT JOIN price r ON r.variant_id = v.id AND (r.valid_until IS NULL OR r.valid_until > clock.at)
     WHERE v.id = ANY ($1::uuid[]) AND v.deleted_at IS NULL AND p.status = 'active'
     GROUP BY v.id`,
    [ids],
  )
  const found = new Map(rows.map(({ id, ...prices }) => [id, prices]))
  return ids.map((id) => found.get(id) ?? null)
}
