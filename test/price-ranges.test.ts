import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/app.ts'
import { insertProduct } from './support/catalog.ts'

let shop: TestApp
beforeAll(async () => {
  shop = await startTestApp()
})
afterAll(() => shop.stop())

const rangeOf = async (productId: string) => {
  const { rows } = await shop.sql.query<{ min: number; max: number }>(
    `SELECT min_minor::int AS min, max_minor::int AS max FROM product_price_range WHERE product_id = $1 AND currency = 'USD'`,
    [productId],
  )
  return rows[0]
}
const reprice = (client: pg.ClientBase | pg.Pool, sku: string, amount: number) =>
  client.query('UPDATE price SET amount_minor = $2 FROM variant v WHERE v.id = variant_id AND v.sku = $1', [
    sku,
    amount,
  ])

describe('the price range of a product', () => {
  it('given prices by SQL, when they change, or variants go, then the range follows', async () => {
    const id = await insertProduct(shop.sql, { slug: 'a', prices: [100, 200, 300] })
    expect(await rangeOf(id)).toEqual({ min: 100, max: 300 })
    await reprice(shop.sql, 'a-0', 250)
    expect(await rangeOf(id)).toEqual({ min: 200, max: 300 })
    await shop.sql.query(`UPDATE variant SET deleted_at = now() WHERE sku = 'a-1'`)
    expect(await rangeOf(id)).toEqual({ min: 250, max: 300 })
    await shop.sql.query(`DELETE FROM variant WHERE sku = 'a-2'`)
    expect(await rangeOf(id)).toEqual({ min: 250, max: 250 })
    await shop.sql.query(`DELETE FROM price USING variant v WHERE v.id = variant_id AND v.sku = 'a-0'`)
    expect(await rangeOf(id)).toBeUndefined()
  })

  it('given two variants repriced in two transactions at once, when both commit, then the range knows both', async () => {
    const id = await insertProduct(shop.sql, { slug: 'b', prices: [100, 200] })
    const [first, second] = [await shop.sql.connect(), await shop.sql.connect()]
    try {
      await first.query('BEGIN')
      await reprice(first, 'b-0', 50)
      await second.query('BEGIN')
      const { rows } = await second.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      const waiting = reprice(second, 'b-1', 500)
      await blocked(rows[0]?.pid)
      await first.query('COMMIT')
      await waiting
      await second.query('COMMIT')
    } finally {
      first.release()
      second.release()
    }
    expect(await rangeOf(id)).toEqual({ min: 50, max: 500 })
  })
})

/** Waits until the backend `pid` waits for a lock. */
async function blocked(pid: number | undefined): Promise<void> {
  const { rows } = await shop.sql.query(`SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock'`, [
    pid,
  ])
  if (rows.length === 0) return blocked(pid)
}
