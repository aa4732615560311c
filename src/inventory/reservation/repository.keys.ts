/** Who has reserved of a variant: for those who ask again when it is sold out. */
import type { Database } from '../../platform/db.ts'
import type { ReadKeys } from '../sold-out.ts'

const mostKeys = 2_000

/**
 * By the ledger, which is read backwards at each location: two thousand movements of the last day at most. Where there
 * are more, nothing can be said.
 */
export function createReadKeys({ pool, measure }: Database): ReadKeys {
  return (variantId) =>
    measure('reservation.keys', async () => {
      const { rows } = await pool.query<{ kind: string; key: string | null }>({
        name: 'reservation.keys',
        text: `SELECT m.kind, r.idempotency_key AS key
          FROM stock_level s
          CROSS JOIN LATERAL (
            SELECT kind, reference, created_at FROM stock_movement
            WHERE variant_id = s.variant_id AND location_id = s.location_id ORDER BY id DESC LIMIT $2) m
          LEFT JOIN reservation r ON r.id = CASE m.kind WHEN 'reserve' THEN m.reference::uuid END -- others are any text
          WHERE s.variant_id = $1::uuid AND m.created_at > now() - interval '1 day'`,
        values: [variantId, mostKeys],
      })
      return rows.length < mostKeys ? rows.flatMap(({ key }) => key ?? []) : null
    })
}
