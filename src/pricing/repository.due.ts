/** Prices that begin or end by themselves: price ranges follow when it is time. */
import type { Tx } from '../platform/outbox.ts'

/**
 * Makes the price ranges anew of products whose prices have begun or ended since. What lists then show is invalidated
 * by the triggers of the ranges, like any other change. A hundred products at a time.
 */
export async function refreshDueRanges(tx: Tx): Promise<void> {
  for (;;) {
    const { rowCount } = await tx.query(
      `WITH due AS (DELETE FROM price_due WHERE product_id IN (
         SELECT product_id FROM price_due WHERE due_at <= now() ORDER BY due_at LIMIT 100 FOR UPDATE SKIP LOCKED)
         RETURNING product_id),
       ids AS (SELECT array_agg(product_id) AS ids FROM due HAVING count(*) > 0)
       SELECT refresh_price_ranges(ids) FROM ids`,
    )
    if (rowCount === 0) return
  }
}
