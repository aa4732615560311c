import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/app.ts'
import { insertProduct } from './support/catalog.ts'

let shop: TestApp
beforeAll(async () => {
  shop = await startTestApp()
  await insertProduct(shop.sql, { slug: 'mug', prices: [1_000] })
  await insertProduct(shop.sql, { slug: 'cup', prices: [1_000] })
})
afterAll(() => shop.stop())

describe('what Postgres refuses, whoever writes', () => {
  it('given a living variant with a SKU, when another takes it, then refused, until the first is gone', async () => {
    const take = () => shop.sql.query(`UPDATE variant SET sku = 'mug-0' WHERE title = 'Variant 0' AND sku = 'cup-0'`)
    await expect(take()).rejects.toThrow('variant_living_sku_key')
    await shop.sql.query(`UPDATE variant SET deleted_at = now() WHERE sku = 'mug-0'`)
    expect((await take()).rowCount).toBe(1)
  })

  it.each([
    [`UPDATE price SET amount_minor = -1`, 'price_amount_range'],
    [`UPDATE price SET amount_minor = 9007199254740993`, 'price_amount_range'],
    [`UPDATE price SET compare_at_minor = -1`, 'price_compare_at_range'],
    [`UPDATE price SET currency = 'usd'`, 'price_currency_form'],
    [`UPDATE product SET title = ''`, 'product_title_present'],
    [`UPDATE product SET slug = 'a/b'`, 'product_slug_form'],
    [`UPDATE product SET slug = 'a b'`, 'product_slug_form'],
    [`INSERT INTO category (slug, title, path) VALUES ('lamps', 'Lamps', '/other/')`, 'category_path_form'],
    [
      `INSERT INTO location (code, title) VALUES ('main', 'Main');
       INSERT INTO stock_level (variant_id, location_id, on_hand) SELECT v.id, l.id, -1 FROM variant v, location l`,
      'stock_level_not_negative',
    ],
  ])('given %s, when run, then %s refuses it', async (sql, constraint) => {
    await expect(shop.sql.query(sql)).rejects.toThrow(constraint)
  })
})
