/** Small catalogs for tests, written as any other writer would: by SQL. */
import type pg from 'pg'

export interface ProductFixture {
  slug: string
  title?: string
  description?: string
  status?: string
  categoryId?: string | null
  createdAt?: string
  /** Minor units per variant, in USD. */
  prices?: number[]
}

/** Inserts a product with a variant per price; gives its id. */
export async function insertProduct(sql: pg.Pool, product: ProductFixture): Promise<string> {
  const { slug, title = slug, description = '', status = 'active', categoryId = null, prices = [1_000] } = product
  const { rows } = await sql.query<{ id: string }>(
    `INSERT INTO product (slug, title, description, status, category_id, created_at)
     VALUES ($1, $2, $3, $4::product_status, $5, coalesce($6::timestamptz, now())) RETURNING id`,
    [slug, title, description, status, categoryId, product.createdAt ?? null],
  )
  const id = rows[0]?.id ?? ''
  for (const [index, amount] of prices.entries()) {
    await sql.query(
      `WITH v AS (INSERT INTO variant (product_id, sku, title, position) VALUES ($1, $2, $3, $4) RETURNING id)
       INSERT INTO price (variant_id, currency, amount_minor) SELECT id, 'USD', $5 FROM v`,
      [id, `${slug}-${index}`, `Variant ${index}`, index, amount],
    )
  }
  return id
}

/** Inserts a category below `parent`; gives its id. */
export async function insertCategory(sql: pg.Pool, slug: string, parent?: string): Promise<string> {
  const { rows } = await sql.query<{ id: string }>(
    `INSERT INTO category (slug, title, parent_id, path)
     SELECT $1::text, initcap($1::text), p.id, coalesce(p.path, '/') || $1::text || '/'
     FROM (SELECT 1) one LEFT JOIN category p ON p.slug = $2 RETURNING id`,
    [slug, parent ?? null],
  )
  return rows[0]?.id ?? ''
}
