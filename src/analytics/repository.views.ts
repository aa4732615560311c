/** Views of products in Postgres: by product and minute, for two days. */
import type { Database } from '../platform/db.ts'
import type { Tx } from '../platform/outbox.ts'

export type ViewRepository = ReturnType<typeof createViewRepository>

const keptHours = 48
const pruneBatch = 5_000
const pruneEveryMs = 60 * 60 * 1_000

export function createViewRepository({ pool, measure }: Pick<Database, 'pool' | 'measure'>) {
  return {
    /** Adds `counts`, by product, to the present minute: one statement. Products that are gone are left out. */
    add: (counts: ReadonlyMap<string, number>): Promise<void> =>
      measure('view.add', async () => {
        // In the order of the keys: two processes that write the same rows must not wait for each other.
        await pool.query({
          name: 'view.add',
          text: `INSERT INTO product_view (product_id, minute, views)
            SELECT p.id, date_trunc('minute', now()), c.views
            FROM unnest($1::uuid[], $2::int[]) AS c (id, views) JOIN product p ON p.id = c.id
            ORDER BY p.id
            ON CONFLICT (product_id, minute) DO UPDATE SET views = product_view.views + EXCLUDED.views`,
          values: [[...counts.keys()], [...counts.values()]],
        })
      }),

    /** The slugs of the active products that were looked at most in the last hour, then the newest: `limit` at most. */
    popular: (limit: number): Promise<string[]> =>
      measure('view.popular', async () => {
        const { rows } = await pool.query<{ slug: string }>(
          `WITH hot AS (
             SELECT product_id, sum(views) AS views FROM product_view
             WHERE minute > now() - interval '1 hour' GROUP BY product_id ORDER BY views DESC LIMIT $1)
           (SELECT p.slug FROM hot JOIN product p ON p.id = hot.product_id
            WHERE p.status = 'active' ORDER BY hot.views DESC, p.id)
           UNION ALL
           (SELECT slug FROM product WHERE status = 'active' ORDER BY created_at DESC, id DESC LIMIT $1)`,
          [limit],
        )
        return [...new Set(rows.map(({ slug }) => slug))].slice(0, limit)
      }),
  }
}

/** For the relay: deletes what is older than two days, a batch at a time, at most once an hour when none is left. */
export function createPruning(now: () => number): (tx: Tx) => Promise<void> {
  let next = 0
  return async (tx) => {
    if (now() < next) return
    next = now() + pruneEveryMs // before it is tried: what fails must not hold up the relay in each round
    const { rowCount } = await tx.query(
      `DELETE FROM product_view WHERE (product_id, minute) IN (SELECT product_id, minute FROM product_view
         WHERE minute < now() - make_interval(hours => $1) ORDER BY minute LIMIT $2)`,
      [keptHours, pruneBatch],
    )
    if (rowCount === pruneBatch) next = 0
  }
}
