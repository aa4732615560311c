/** Prices that begin or end by themselves: price ranges follow when it is time. */
import type { Tx } from '../platform/outbox.ts'

/**
 * Makes the price ranges anew of products whose prices have begun or ended since. What lists then show is invalidated
 * by the triggers of the ranges, like any other change. A hundred products at a time. The product is locked before its
 * entry in price_due, as by whoever changes a price; who has it locked makes its range anew, too.
 */
export async function refreshDueRanges(tx: Tx): Promise<void> {
  for (;;) {
    const { rowCount } = await tx.query(
      `WITH due AS MATERIALIZED (
         SELECT p.id FROM product p WHERE p.id IN (
           SELECT product_id FROM price_due WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT 100)
         FOR NO KEY UPDATE SKIP LOCKED)
       SELECT refresh_price_ranges(ids) FROM (SELECT array_agg(id) AS ids FROM due HAVING count(*) > 0) batch`,
    )
    if (rowCount === 0) return
  }
}
