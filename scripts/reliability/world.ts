/** What is there before the history begins. Callers make the rest through the API. */
import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { insertPerson } from '../people.ts'

export interface World {
  /** Few, so that readers and writers meet. Titles are made of `word`. */
  products: { id: string; slug: string; variantId: string; word: string }[]
  /** Variants whose stock only grows, by one each time: what is available is their version. */
  counters: string[]
  locationId: string
  /** The token of an administrator. */
  admin: string
}

const size = 6

export async function createWorld(sql: pg.Pool): Promise<World> {
  const { rows } = await sql.query<World['products'][number]>(
    `WITH p AS (
       INSERT INTO product (slug, title, status) SELECT 'history-' || n, title, 'active'
       FROM generate_series(1, $1::int) n, format('History%s version 1', chr(96 + n)) title RETURNING id, slug, title),
     v AS (
       INSERT INTO variant (product_id, sku, title, position) SELECT id, slug, 'One', 0 FROM p RETURNING id, product_id),
     c AS (INSERT INTO price (variant_id, currency, amount_minor) SELECT id, 'USD', 1 FROM v)
     SELECT p.id, slug, v.id AS "variantId", split_part(p.title, ' ', 1) AS word
     FROM p JOIN v ON v.product_id = p.id ORDER BY slug`,
    [size],
  )
  const location = await sql.query<{ id: string }>(
    `INSERT INTO location (code, title) VALUES ('history', 'History') RETURNING id`,
  )
  const admin = randomBytes(32).toString('base64url')
  await insertPerson(sql, { email: 'admin@history.example', role: 'admin', token: admin })
  return {
    products: rows.slice(0, size / 2),
    counters: rows.slice(size / 2).map(({ variantId }) => variantId),
    locationId: location.rows[0]?.id ?? '',
    admin,
  }
}
