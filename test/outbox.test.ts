/** From a change in Postgres to the caches of every process. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { startTestApp, type TestApp } from './support/app.ts'
import { insertCategory, insertProduct } from './support/catalog.ts'
import { freshDatabase, type TestDatabase } from './support/database.ts'
import { eventually, settled } from './support/eventually.ts'
import { ownRedis } from './support/redis.ts'
import { clientWith, staffToken } from './support/staff.ts'

let database: TestDatabase
let shop: TestApp
let other: TestApp
beforeAll(async () => {
  database = await freshDatabase()
  const env = { DATABASE_URL: database.url, CACHE_PREFIX: randomUUID().slice(0, 8), REDIS_URL: inject('redisUrl') }
  shop = await startTestApp(env)
  other = await startTestApp(env)
})
afterAll(async () => {
  await shop.stop()
  await other.stop()
  await database.drop()
})

const titleIn = async (app: TestApp, slug: string) => (await app.trpc.catalog.product.bySlug.query({ slug })).title
const pendingIn = async ({ sql }: TestApp) => {
  const { rows } = await sql.query<{ count: number }>('SELECT count(*)::int AS count FROM outbox')
  return rows[0]?.count
}
const invalidatedBy = (source: string) =>
  [...shop.events, ...other.events].filter((event) => event.type === 'invalidated' && event.source === source).length
const rename = (app: TestApp, slug: string, title: string) =>
  app.app.outbox.transaction('test.rename', async (tx) => {
    await tx.query('UPDATE product SET title = $2 WHERE slug = $1', [slug, title])
  })
/** A product that both processes have in their near caches. */
async function known(slug: string): Promise<void> {
  await insertProduct(shop.sql, { slug, title: 'Old' })
  await settled(shop.sql)
  for (const app of [shop, other]) {
    await eventually(async () => {
      expect(await titleIn(app, slug)).toBe('Old')
      expect(app.app.catalog.caches.products.peek(slug)).toMatchObject({ title: 'Old' })
    })
  }
}

describe('a change by SQL', () => {
  it('[G5] given two processes that have a product at hand, when it changes by SQL, then both soon show it', async () => {
    await known('by-sql')
    await shop.sql.query(`UPDATE product SET title = 'New' WHERE slug = 'by-sql'`)
    await eventually(async () => {
      expect([await titleIn(shop, 'by-sql'), await titleIn(other, 'by-sql')]).toEqual(['New', 'New'])
    })
    await settled(shop.sql)
    const metrics = await Promise.all([shop, other].map(async ({ base }) => (await fetch(`${base}/metrics`)).text()))
    const [within, all] = ['bucket{le="1"}', 'count'].map((name) =>
      metrics
        .flatMap((text) => text.split('\n'))
        .filter((line) => line.startsWith(`cache_invalidation_lag_seconds_${name} `))
        .reduce((sum, line) => sum + Number(line.split(' ')[1]), 0),
    )
    expect(all).toBeGreaterThan(0)
    expect(within).toBe(all)
  })

  it('given more products than are named one by one, when copied in, then one row voids everything', async () => {
    await known('among-many')
    const copied = invalidatedBy('outbox')
    const client = await shop.sql.connect()
    await client.query('BEGIN')
    await client.query(`INSERT INTO product (slug, title, status) SELECT 'many-' || n, 'Many', 'active'
      FROM generate_series(1, 1001) n`)
    const { rows } = await client.query('SELECT topic, key FROM outbox')
    expect(rows).toEqual([{ topic: 'all', key: '*' }])
    await client.query('COMMIT')
    client.release()
    await settled(shop.sql)
    expect(invalidatedBy('outbox')).toBeGreaterThan(copied)
    await shop.sql.query(`DELETE FROM product WHERE slug LIKE 'many-%'`)
    await settled(shop.sql)
  })

  it('given tables that are emptied by TRUNCATE, when read, then nothing is left', async () => {
    await known('truncated')
    await shop.sql.query('TRUNCATE product CASCADE')
    await eventually(() => expect(titleIn(other, 'truncated')).rejects.toThrow('no such product'))
  })

  it('given a row that nobody understands, when it is met, then everything is void, and what follows goes on', async () => {
    await known('beside-nonsense')
    await shop.sql.query(`UPDATE product SET title = 'New' WHERE slug = 'beside-nonsense';
      INSERT INTO outbox (topic, key, detail) VALUES ('product', 'x', '"nonsense"'), ('unheard-of', 'y', '{}')`)
    await settled(shop.sql)
    expect(await titleIn(other, 'beside-nonsense')).toBe('New')
  })
})

describe('a mutation', () => {
  it('[G4] given two processes, when one has changed a product, then neither shows the old one, and nothing is left to do', async () => {
    await known('by-mutation')
    const followed = invalidatedBy('mutation')
    await rename(shop, 'by-mutation', 'New')
    expect(await titleIn(shop, 'by-mutation')).toBe('New')
    expect(await pendingIn(shop)).toBe(0)
    await eventually(async () => expect(await titleIn(other, 'by-mutation')).toBe('New'))
    expect(invalidatedBy('mutation')).toBeGreaterThan(followed)
  })

  it('given a writer that dies between commit and invalidation, when its time is over, then the relay does it', async () => {
    await known('orphan')
    const client = await shop.sql.connect()
    await client.query(`BEGIN; SET LOCAL app.invalidates = '300'`)
    await client.query(`UPDATE product SET title = 'New' WHERE slug = 'orphan'`)
    await client.query('COMMIT')
    client.release()
    await eventually(async () => {
      expect([await titleIn(shop, 'orphan'), await titleIn(other, 'orphan')]).toEqual(['New', 'New'])
    })
    await settled(shop.sql)
  })

  it('given a Redis that does not take it, when the writer has answered, then its change waits for no hold', async () => {
    const redis = await ownRedis()
    const lone = await startTestApp({ REDIS_URL: redis.url })
    onTestFinished(lone.stop)
    await redis.stop()
    const id = await insertProduct(lone.sql, { slug: 'unheard' })
    await clientWith(lone, staffToken).catalog.product.update.mutate({ id, expectedVersion: 1, title: 'New' })
    await eventually(async () => {
      const { rows } = await lone.sql.query(`SELECT held_until FROM outbox WHERE topic = 'product' AND key = 'unheard'`)
      expect(rows.length).toBeGreaterThan(0)
      expect(rows.filter(({ held_until }) => held_until !== null)).toEqual([])
    })
  })

  it('given work that fails, when rolled back, then it leaves nothing, and its error is told', async () => {
    await known('rolled-back')
    const failed = shop.app.outbox.transaction('test.fails', async (tx) => {
      await tx.query(`UPDATE product SET title = 'New' WHERE slug = 'rolled-back'`)
      throw new Error('on second thoughts')
    })
    await expect(failed).rejects.toThrow('on second thoughts')
    expect(await pendingIn(shop)).toBe(0)
    expect(await titleIn(shop, 'rolled-back')).toBe('Old')
  })

  it('given a connection that is lost in the middle, when it is, then the work fails, and the process lives', async () => {
    await known('cut-off')
    const cut = shop.app.outbox.transaction('test.cut', async (tx) => {
      await tx.query(`UPDATE product SET title = 'New' WHERE slug = 'cut-off'`)
      const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      await shop.sql.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid])
      // Until the loss is known here, and not while a query waits for its answer, which would report it.
      const { stream } = (tx as unknown as { connection: { stream: NodeJS.EventEmitter } }).connection
      await once(stream, 'close')
    })
    await expect(cut).rejects.toThrow()
    await rename(shop, 'cut-off', 'Newer')
    expect(await titleIn(shop, 'cut-off')).toBe('Newer')
  })

  it('given two that lock the same rows the other way round, when one is refused, then it is tried again', async () => {
    await insertCategory(shop.sql, 'left')
    await insertCategory(shop.sql, 'right')
    const bothHaveOne = Promise.withResolvers<void>()
    let first = 0
    const both = (names: string[]) =>
      shop.app.outbox.transaction('test.both', async (tx) => {
        const lock = (slug?: string) => tx.query(`UPDATE category SET title = title || '!' WHERE slug = $1`, [slug])
        await lock(names[0])
        if (++first === 2) bothHaveOne.resolve()
        await bothHaveOne.promise
        await lock(names[1])
      })
    await Promise.all([both(['left', 'right']), both(['right', 'left'])])
    const { rows } = await shop.sql.query(`SELECT title FROM category WHERE slug IN ('left', 'right')`)
    expect(rows.map(({ title }) => title).sort()).toEqual(['Left!!', 'Right!!'])
  })
})

describe('Redis away', () => {
  it('[G6] given Redis away, when a product changes by mutation and by SQL, then the changes wait, and no old entry is left', async () => {
    const redis = await ownRedis()
    const lone = await startTestApp({ REDIS_URL: redis.url })
    onTestFinished(() => lone.stop())
    for (const slug of ['mutated', 'edited']) await insertProduct(lone.sql, { slug, title: 'Old' })
    await settled(lone.sql)
    const titles = async () => [await titleIn(lone, 'mutated'), await titleIn(lone, 'edited')]
    expect(await titles()).toEqual(['Old', 'Old'])
    redis.freeze() // it keeps what it has
    await rename(lone, 'mutated', 'New')
    await lone.sql.query(`UPDATE product SET title = 'New' WHERE slug = 'edited'`)
    expect(await titles()).toEqual(['New', 'New'])
    expect(await pendingIn(lone)).toBe(2)
    redis.thaw()
    await settled(lone.sql)
    expect(await titles()).toEqual(['New', 'New'])
    await eventually(async () => {
      await titles()
      expect(lone.app.cache.breakerState()).toBe('closed')
    })
    expect(await titles()).toEqual(['New', 'New'])
  })
})

describe('processes without caches', () => {
  it('[G5] given a process with CACHE_MODE=off beside one with caches, when it changes something, then the caches follow', async () => {
    await known('by-uncached')
    const off = await startTestApp({ DATABASE_URL: database.url, CACHE_MODE: 'off' })
    onTestFinished(() => off.stop())
    await rename(off, 'by-uncached', 'New')
    await eventually(async () => expect(await titleIn(shop, 'by-uncached')).toBe('New'))
  })
})
