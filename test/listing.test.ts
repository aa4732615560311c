import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/app.ts'
import { insertCategory, insertProduct } from './support/catalog.ts'
import { eventually } from './support/eventually.ts'
import { fillShelf } from './support/shelf.ts'

let shop: TestApp
beforeAll(async () => {
  shop = await startTestApp()
  await fillShelf(shop.sql, 40)
})
afterAll(() => shop.stop())

/** Rows of product_listing and product_price_range that are not what the tables they come from say. */
async function wrong(): Promise<unknown[]> {
  const { rows } = await shop.sql.query(`
    SELECT slug, l, r FROM product p
    LEFT JOIN product_listing l ON l.product_id = p.id LEFT JOIN product_price_range r ON r.product_id = p.id
    WHERE (l.active, l.category_id, l.created_at, l.title_key, l.facet_values, l.in_stock) IS DISTINCT FROM (
      p.status = 'active', p.category_id, p.created_at, lower(p.title),
      ARRAY(SELECT facet_value_id FROM product_facet_value f WHERE f.product_id = p.id ORDER BY 1),
      (SELECT coalesce(bool_or(on_hand - reserved > safety_stock), false)
       FROM variant v JOIN stock_level s ON s.variant_id = v.id WHERE v.product_id = p.id AND deleted_at IS NULL))
    OR r.product_id IS NOT NULL AND (r.active, r.category_id) IS DISTINCT FROM (p.status = 'active', p.category_id)`)
  return rows
}

describe('the listing of products', () => {
  it.each([
    ['titles', `UPDATE product SET title = upper(title) || '!'`],
    ['categories', `UPDATE product SET category_id = (SELECT id FROM category WHERE slug = 'mugs') WHERE slug < 'p2'`],
    ['status', `UPDATE product SET status = 'active'; UPDATE product SET status = 'draft' WHERE slug > 'p3'`],
    ['age', `UPDATE product SET created_at = created_at + interval '1 day'`],
    [
      'facets that go',
      `DELETE FROM product_facet_value WHERE product_id IN (SELECT id FROM product WHERE slug < 'p2')`,
    ],
    ['a facet that goes', `DELETE FROM facet WHERE code = 'season'`],
    [
      'facets that move',
      `UPDATE product_facet_value SET product_id = (SELECT id FROM product WHERE slug = 'p1')
      WHERE product_id = (SELECT id FROM product WHERE slug > 'p2' AND id IN (SELECT product_id FROM product_facet_value) ORDER BY id LIMIT 1)
        AND facet_value_id NOT IN (SELECT facet_value_id FROM product_facet_value f JOIN product p ON p.id = f.product_id WHERE slug = 'p1')`,
    ],
    ['stock that comes', `UPDATE stock_level SET on_hand = on_hand + 2`],
    ['stock that is reserved', `UPDATE stock_level SET reserved = on_hand`],
    ['stock that is freed', `UPDATE stock_level SET reserved = 0, safety_stock = 0`],
    ['safety stock', `UPDATE stock_level SET safety_stock = 2`],
    [
      'stock that moves to another variant',
      `UPDATE stock_level SET variant_id = (SELECT v.id FROM variant v
      WHERE NOT EXISTS (SELECT FROM stock_level s WHERE s.variant_id = v.id) ORDER BY v.id LIMIT 1) WHERE (variant_id, location_id) IN
      (SELECT variant_id, location_id FROM stock_level WHERE on_hand > 2 LIMIT 1)`,
    ],
    ['variants that are deleted', `UPDATE variant SET deleted_at = now() WHERE title = '1'`],
    ['variants that come back', `UPDATE variant SET deleted_at = NULL`],
    [
      'variants that move',
      `UPDATE variant SET product_id = (SELECT id FROM product WHERE slug = 'p1'), title = id::text WHERE title = '2'`,
    ],
    ['variants that go', `DELETE FROM variant WHERE title = '1'`],
    ['levels that go', `DELETE FROM stock_level WHERE on_hand > 1`],
    ['prices that come', `INSERT INTO price (variant_id, currency, amount_minor) SELECT id, 'GBP', 5 FROM variant`],
    ['a category that goes', `DELETE FROM category WHERE slug = 'mugs'`],
    ['products that go', `DELETE FROM product WHERE slug < 'p2'`],
  ])('given %s, when changed by SQL, then it is what the tables say', async (_name, sql) => {
    const changed = [await shop.sql.query(sql)].flat().reduce((sum, { rowCount }) => sum + (rowCount ?? 0), 0)
    expect(changed).toBeGreaterThan(0)
    expect(await wrong()).toEqual([])
  })

  it('given two transactions that each empty one of two variants, when both commit, then nothing is in stock', async () => {
    await twoLevels('both', 1)
    await inTwo(
      (one) => setStock(one, 'both-0', 0),
      (two) => setStock(two, 'both-1', 0),
    )
    expect(await wrong()).toEqual([])
    expect(await inStock('both')).toBe(false)
  })

  it('given a draft that is activated while it comes into stock, when both commit, then it is listed and in stock', async () => {
    await twoLevels('awaited', 0)
    await shop.sql.query(`UPDATE product SET status = 'draft' WHERE slug = 'awaited'`)
    await inTwo(
      (one) => setStock(one, 'awaited-0', 3),
      (two) => two.query(`UPDATE product SET status = 'active' WHERE slug = 'awaited'`),
    )
    expect(await wrong()).toEqual([])
    expect(await inStock('awaited')).toBe(true)
  })

  it('given a product that moves while it is priced in a new currency, when both commit, then the range knows its category', async () => {
    await insertProduct(shop.sql, { slug: 'moving' })
    await insertCategory(shop.sql, 'elsewhere')
    await inTwo(
      (one) =>
        one.query(
          `INSERT INTO price (variant_id, currency, amount_minor) SELECT id, 'GBP', 5 FROM variant WHERE sku = 'moving-0'`,
        ),
      (two) =>
        two.query(
          `UPDATE product SET category_id = (SELECT id FROM category WHERE slug = 'elsewhere') WHERE slug = 'moving'`,
        ),
    )
    expect(await wrong()).toEqual([])
  })
})

async function twoLevels(slug: string, onHand: number): Promise<void> {
  await insertProduct(shop.sql, { slug, prices: [1, 2] })
  await shop.sql.query(
    `INSERT INTO stock_level (variant_id, location_id, on_hand)
     SELECT v.id, l.id, $2 FROM variant v, location l WHERE v.sku LIKE $1 || '-_' AND l.code = '0'`,
    [slug, onHand],
  )
}

const setStock = (client: pg.ClientBase, sku: string, onHand: number) =>
  client.query('UPDATE stock_level SET on_hand = $2 FROM variant v WHERE v.id = variant_id AND v.sku = $1', [
    sku,
    onHand,
  ])

async function inStock(slug: string): Promise<boolean> {
  const { rows } = await shop.sql.query(
    'SELECT in_stock FROM product_listing l JOIN product p ON p.id = product_id WHERE slug = $1',
    [slug],
  )
  return rows[0]?.in_stock
}

/** The second begins when the first is done but not committed, and has to wait for it. */
async function inTwo(
  first: (client: pg.ClientBase) => Promise<unknown>,
  second: (client: pg.ClientBase) => Promise<unknown>,
) {
  const [one, two] = [await shop.sql.connect(), await shop.sql.connect()]
  try {
    await one.query('BEGIN')
    await two.query('BEGIN')
    await first(one)
    const pending = second(two)
    await eventually(async () => {
      const { rowCount } = await shop.sql.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )
      expect(rowCount).toBeGreaterThan(0)
    })
    await one.query('COMMIT')
    await pending
    await two.query('COMMIT')
  } finally {
    one.release()
    two.release()
  }
}
