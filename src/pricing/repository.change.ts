/** What a change of one variant's prices asks of Postgres beside its windows. */
import type { Tx } from '../platform/outbox.ts'
import type { PriceKey } from './repository.windows.ts'

/** The window of `key` that is valid at `moment`, µs since the epoch. */
export async function windowIdAt(tx: Tx, { variantId, currency, minQuantity }: PriceKey, moment: number) {
  const { rows } = await tx.query<{ id: string }>(
    `SELECT id::text FROM price WHERE variant_id = $1 AND currency = $2 AND min_quantity = $3
       AND tstzrange(valid_from, valid_until) @> timestamptz 'epoch' + $4::float8 * interval '1 microsecond'`,
    [variantId, currency, minQuantity, moment],
  )
  return rows[0]?.id ?? ''
}

/** How many windows a variant has that are valid or to come. */
export async function countWindows(tx: Tx, variantId: string): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM price
     WHERE variant_id = $1 AND (valid_until IS NULL OR valid_until > clock_timestamp())`,
    [variantId],
  )
  return rows[0]?.count ?? 0
}

/** Where windows only went, one of those left gets a new revision: the highest must not fall. */
export async function touchPrice(tx: Tx, variantId: string): Promise<void> {
  await tx.query(
    `UPDATE price SET updated_at = now() WHERE id = (SELECT id FROM price
       WHERE variant_id = $1 AND (valid_until IS NULL OR valid_until > clock_timestamp()) LIMIT 1)`,
    [variantId],
  )
}

/** Whether Postgres refused two prices at once: the last line of defence, against who writes without the lock. */
export function isWindowTaken(error: unknown): boolean {
  const { code, constraint } = error as { code?: string; constraint?: string }
  return code === '23P01' && constraint === 'price_windows_apart'
}
