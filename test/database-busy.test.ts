import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/app.ts'
import { insertProduct } from './support/catalog.ts'
import { eventually } from './support/eventually.ts'
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

  it('given a table that somebody holds, when read and written, then 503, whoever tells of the timeout', async () => {
    const holder = await shop.sql.connect()
    await holder.query('BEGIN; LOCK TABLE product IN ACCESS EXCLUSIVE MODE')
    const { product } = clientWith(shop, staffToken).catalog
    const asked = [
      () => product.bySlug.query({ slug: 'blue-mug' }), // by Prisma
      () => product.list.query({}),
      () => product.update.mutate({ id, expectedVersion: 1, title: 'Red Mug' }),
    ]
    for (const ask of asked) expect(await failureOf(ask())).toMatchObject({ reason: 'OVERLOADED' })
    await holder.query('ROLLBACK')
    holder.release()
  })

  it('given a Postgres that takes no writes (a standby, a full disk), when changed, then 503, and reads go on', async () => {
    const name = new URL(shop.databaseUrl).pathname.slice(1)
    await shop.sql.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
    await shop.sql.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`)
    const { product } = clientWith(shop, staffToken).catalog
    const change = () => product.update.mutate({ id, expectedVersion: 2, title: 'Green Mug' })
    await eventually(async () => expect(await failureOf(change())).toMatchObject({ reason: 'OVERLOADED' }))
    expect((await shop.get('/api/products/blue-mug')).status).toBe(200)
    const client = new pg.Client({ connectionString: shop.databaseUrl })
    await client.connect()
    await client.query('SET default_transaction_read_only = off')
    await client.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`)
    await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`)
    await client.end()
    await eventually(async () => expect((await change()).title).toBe('Green Mug'))
  })

  it('given connections of a standby in the pool (found by torture), when it is a primary again, then they are not used any more', async () => {
    const { product } = clientWith(shop, staffToken).catalog
    const { version } = await product.bySlug.query({ slug: 'blue-mug' })
    const change = () => product.update.mutate({ id, expectedVersion: version, title: 'White Mug' })
    const held = await Promise.all([shop.app.db.pool.connect(), shop.app.db.pool.connect()])
    for (const client of held) await client.query('SET default_transaction_read_only = on')
    for (const client of held) client.release()
    for (const _one of held) expect(await failureOf(change())).toMatchObject({ reason: 'OVERLOADED' })
    expect((await change()).title).toBe('White Mug')
  })

  it('given no connection in time, when read over REST, then 503 with Retry-After', async () => {
    const held = [await shop.app.db.pool.connect(), await shop.app.db.pool.connect()]
    const { status, headers, body } = await shop.get('/api/products/blue-mug')
    for (const client of held) client.release()
    expect([status, headers.get('retry-after'), body.error.reason]).toEqual([503, '1', 'OVERLOADED'])
    expect((await shop.get('/api/products/blue-mug')).status).toBe(200)
  })
})
