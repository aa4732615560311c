/** The figures: aggregates over whole tables, of the kind that is worth caching. */
import type { Database } from '../platform/db.ts'
import type { Overview } from './schema.ts'

export type AnalyticsRepository = ReturnType<typeof createAnalyticsRepository>

export interface Trending {
  asOf: string
  items: { slug: string; views: number; reservations: number }[]
}

/** What each sign of interest counts for: who reserves is nearer to buying than who looks. */
const weights = { view: 1, reservation: 10 } as const

export function createAnalyticsRepository({ pool, measure }: Database) {
  return {
    /** The products with the most interest in the last hour. */
    trending: (limit: number): Promise<Trending> =>
      measure('analytics.trending', async () => {
        const { rows } = await pool.query<Trending>(
          `WITH seen AS (
             SELECT product_id, sum(views) AS views FROM product_view
             WHERE minute > now() - interval '1 hour' GROUP BY product_id),
           reserved AS ( -- ids of reservations begin with their time: its index is theirs
             SELECT v.product_id, count(DISTINCT r.id) AS reservations
             FROM reservation r CROSS JOIN jsonb_to_recordset(r.lines) AS line ("variantId" uuid)
             JOIN variant v ON v.id = line."variantId"
             WHERE r.id > uuidv7(interval '-1 hour') GROUP BY v.product_id),
           interest AS (
             SELECT product_id, coalesce(views, 0) AS views, coalesce(reservations, 0) AS reservations,
               coalesce(views, 0) * $2::int + coalesce(reservations, 0) * $3::int AS score
             FROM seen FULL JOIN reserved USING (product_id)
             ORDER BY score DESC, product_id LIMIT 5 * $1), -- some are no longer on sale
           top AS (
             SELECT p.slug, i.views::float8 AS views, i.reservations, i.score, p.id
             FROM interest i JOIN product p ON p.id = i.product_id
             WHERE p.status = 'active' ORDER BY i.score DESC, p.id LIMIT $1)
           SELECT ${asOf} AS "asOf",
             coalesce(json_agg(json_build_object('slug', slug, 'views', views, 'reservations', reservations)
               ORDER BY score DESC, id), '[]') AS items FROM top`,
          [limit, weights.view, weights.reservation],
        )
        return rows[0] as Trending
      }),

    overview: (): Promise<Overview> =>
      measure('analytics.overview', async () => {
        const { rows } = await pool.query<Overview>(overviewQuery)
        return rows[0] as Overview
      }),
  }
}

const asOf = `to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** One statement: all figures are of one moment. */
const overviewQuery = `
  SELECT ${asOf} AS "asOf",
    (SELECT json_build_object(
       'draft', count(*) FILTER (WHERE status = 'draft'),
       'active', count(*) FILTER (WHERE status = 'active'),
       'archived', count(*) FILTER (WHERE status = 'archived')) FROM product) AS products,
    (SELECT count(*)::int FROM product p WHERE p.status = 'active' AND NOT EXISTS (
       SELECT FROM variant v JOIN stock_level s ON s.variant_id = v.id
       WHERE v.product_id = p.id AND v.deleted_at IS NULL AND s.on_hand - s.reserved > s.safety_stock)) AS "outOfStock",
    (SELECT count(*)::int FROM category) AS categories,
    (SELECT coalesce(sum(views), 0)::float8 FROM product_view WHERE minute > now() - interval '1 hour') AS "viewsLastHour",
    (SELECT coalesce(json_agg(ranges ORDER BY currency), '[]') FROM (
       SELECT r.currency, count(*) AS products, min(r.min_minor) AS "minMinor", max(r.max_minor) AS "maxMinor"
       FROM product_price_range r JOIN product p ON p.id = r.product_id
       WHERE p.status = 'active' GROUP BY r.currency) ranges) AS prices`
