import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/app.ts'
import { insertProduct } from './support/catalog.ts'
import { clientWith, failureOf, staffToken } from './support/staff.ts'

let shop: TestApp
let id: string
beforeAll(async () => {
  shop = await startTestApp({
    CACHE_MODE: 'off',
    DB_POOL_MAX: '2',
    DB_ACQUIRE_TIMEOUT_MS: '100',
    DB_STATEMENT_TIMEOUT_MS: '200',
  })
  id = await insertProduct(shop.sql, { slug: 'blue-mug' })
})
afterAll(() => shop.stop())

describe('Postgres busy', () => {
  it('given a row that somebody holds, when changed, then 503 OVERLOADED after the statement’s time, and later it works', async () => {
    const holder = await shop.sql.connect()
    await holder.query('BEGIN')
    await holder.query('SELECT FROM product WHERE id = $1 FOR UPDATE', [id])
    const { product } = clientWith(shop, staffToken).catalog
    const change = () => product.update.mutate({ id, expectedVersion: 1, title: 'Red Mug' })
    expect(await failureOf(change())).toMatchObject({ code: 'SERVICE_UNAVAILABLE', reason: 'OVERLOADED' })
    await holder.query('ROLLBACK')
    holder.release()
    expect((await change()).title).toBe('Red Mug')
  })

  it('given no connection in time, when read over REST, then 503 with Retry-After', async () => {
    const held = [await shop.app.db.pool.connect(), await shop.app.db.pool.connect()]
    const { status, headers, body } = await shop.get('/api/products/blue-mug')
    for (const client of held) client.release()
    expect([status, headers.get('retry-after'), body.error.reason]).toEqual([503, '1', 'OVERLOADED'])
    expect((await shop.get('/api/products/blue-mug')).status).toBe(200)
  })
})
