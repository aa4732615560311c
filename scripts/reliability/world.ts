/** What the history is about: few products, so that readers and writers meet, and counters made of stock. */
import type pg from 'pg'

export interface World {
  products: { id: string; slug: string; variantId: string }[]
  /** Variants whose stock only grows, by one each time: what is available is their version. */
  counters: string[]
  locationId: string
}

const size = 6

export async function createWorld(sql: pg.Pool): Promise<World> {
  const { rows } = await sql.query<World['products'][number]>(
    `WITH p AS (
       INSERT INTO product (slug, title, status) SELECT 'history-' || n, 'Version 0', 'active'
       FROM generate_series(1, $1::int) n RETURNING id, slug),
     v AS (
       INSERT INTO variant (product_id, sku, title, position) SELECT id, slug, 'One', 0 FROM p RETURNING id, product_id),
     c AS (INSERT INTO price (variant_id, currency, amount_minor) SELECT id, 'USD', 1 FROM v)
     SELECT p.id, slug, v.id AS "variantId" FROM p JOIN v ON v.product_id = p.id ORDER BY slug`,
    [size],
  )
  const location = await sql.query<{ id: string }>(
    `INSERT INTO location (code, title) VALUES ('history', 'History') RETURNING id`,
  )
  return {
    products: rows.slice(0, size / 2),
    counters: rows.slice(size / 2).map(({ variantId }) => variantId),
    locationId: location.rows[0]?.id ?? '',
  }
}
