/** What can be bought of variants, as it is right now. */
import type { Tx } from '../platform/outbox.ts'

/** What is cached of a variant. */
export interface Availability {
  variantId: string
  /** Rises with each change of any of its levels, also when one is deleted. */
  version: number
  available: number
  backorder: boolean
  /** By code. */
  locations: { locationId: string; code: string; available: number }[]
}

const free = 'greatest(0, s.on_hand::bigint - s.reserved - s.safety_stock)'

/** In the order of `ids`; null for a variant that is not for sale: unknown, deleted, or its product isn't active. */
export async function readAvailability(tx: Tx, ids: readonly string[]): Promise<(Availability | null)[]> {
  const { rows } = await tx.query<Availability>({
    name: 'stock.availability', // prepared
    text: `SELECT v.id::text AS "variantId", v.backorder,
       (1 + coalesce(sum(s.version), 0) + coalesce(max(b.version), 0))::float8 AS version,
       coalesce(sum(${free}), 0)::float8 AS available,
       coalesce(json_agg(json_build_object('locationId', l.id, 'code', l.code, 'available', ${free}) ORDER BY l.code)
         FILTER (WHERE l.id IS NOT NULL), '[]') AS locations
     FROM variant v JOIN product p ON p.id = v.product_id
     LEFT JOIN stock_level s ON s.variant_id = v.id LEFT JOIN location l ON l.id = s.location_id
     LEFT JOIN stock_version_base b ON b.variant_id = v.id
     WHERE v.id = ANY ($1::uuid[]) AND v.deleted_at IS NULL AND p.status = 'active'
     GROUP BY v.id`,
    values: [ids],
  })
  const found = new Map(rows.map((row) => [row.variantId, row]))
  return ids.map((id) => found.get(id) ?? null)
}
