/** What the torture is about: a few variants, so that callers meet, at a few locations. No stock yet: it is received. */
import type pg from 'pg'

export interface World {
  variantIds: string[]
  locationIds: string[]
}

export interface WorldSize {
  variants: number
  locations: number
  /** So many of the variants may be sold beyond what there is. */
  backorder: number
}

export async function createWorld(sql: pg.Pool, { variants, locations, backorder }: WorldSize): Promise<World> {
  const made = await sql.query<{ id: string }>(
    `WITH p AS (INSERT INTO product (slug, title, status) VALUES ('tortured', 'Tortured', 'active') RETURNING id)
     INSERT INTO variant (product_id, sku, title, position, backorder)
     SELECT p.id, 'tortured-' || n, 'Variant ' || n, n, n >= $1::int - $2::int FROM p, generate_series(0, $1::int - 1) n
     RETURNING id`,
    [variants, backorder],
  )
  const places = await sql.query<{ id: string }>(
    `INSERT INTO location (code, title) SELECT 'place-' || n, 'Place ' || n FROM generate_series(1, $1::int) n RETURNING id`,
    [locations],
  )
  return { variantIds: made.rows.map(({ id }) => id), locationIds: places.rows.map(({ id }) => id) }
}
