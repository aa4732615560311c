import { randomUUID } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import pg from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createPruning } from '../src/analytics/repository.views.ts'
import { createViews } from '../src/analytics/views.ts'
import { createLog } from '../src/platform/logging.ts'
import { createMetrics } from '../src/platform/metrics.ts'
import { startTestApp } from './support/app.ts'
import { insertProduct } from './support/catalog.ts'
import { databaseForTest } from './support/database.ts'
import { eventually } from './support/eventually.ts'

async function start(env: Record<string, string> = {}) {
  const shop = await startTestApp(env)
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= shop.stop()
    return stopped
  }
  onTestFinished(stop)
  const stored = async () => {
    const { rows } = await shop.sql.query(
      `SELECT p.slug, sum(v.views)::int AS views FROM product_view v JOIN product p ON p.id = v.product_id
       GROUP BY 1 ORDER BY 1`,
    )
    return Object.fromEntries(rows.map(({ slug, views }) => [slug, views]))
  }
  return { ...shop, stop, stored }
}

/** The statements about views that this application sends from now on. */
function statements({ app }: Awaited<ReturnType<typeof startTestApp>>) {
  const query = vi.spyOn(app.db.pool, 'query')
  return () => query.mock.calls.map(([sql]) => JSON.stringify(sql)).filter((sql) => sql.includes('product_view'))
}

describe('counting views', () => {
  it('given 1,000 reads by tRPC and REST, cached or not, when written, then it is one statement, and the counts are exact', async () => {
    const shop = await start()
    for (const slug of ['blue-mug', 'red-mug']) await insertProduct(shop.sql, { slug })
    await shop.app.views.stop() // the timer; from here on this test says when
    const sent = statements(shop)
    const read = (slug: string) => shop.trpc.catalog.product.bySlug.query({ slug })
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 20 }, () => read('blue-mug')))
      await Promise.all(Array.from({ length: 30 }, () => shop.get('/api/products/red-mug')))
    }
    await shop.get('/api/products/nothing')
    await shop.trpc.catalog.product.list.query({})
    expect(sent()).toEqual([])
    await shop.app.views.flush()
    expect(await shop.stored()).toEqual({ 'blue-mug': 400, 'red-mug': 600 })
    await shop.app.views.flush()
    expect(sent()).toHaveLength(1)
    const metrics = await (await fetch(`${shop.base}/metrics`)).text()
    expect(metrics).toContain('product_views_total{outcome="stored"} 1000')
  })

  it('given two instances that count the same products, when both write at once, then no view is lost', async () => {
    const here = await start()
    const there = await start({ DATABASE_URL: here.databaseUrl })
    const ids = await Promise.all(Array.from({ length: 50 }, (_, n) => insertProduct(here.sql, { slug: `p-${n}` })))
    for (let round = 0; round < 10; round++) {
      for (const id of ids) here.app.views.count(id)
      for (const id of ids.toReversed()) there.app.views.count(id)
      await Promise.all([here.app.views.flush(), there.app.views.flush()])
    }
    expect(new Set(Object.values(await here.stored()))).toEqual(new Set([20]))
    expect(Object.keys(await here.stored())).toHaveLength(50)
  })

  it('[G12] given views that are not written yet, when stopped, then they are written before the end', async () => {
    const shop = await start()
    const id = await insertProduct(shop.sql, { slug: 'blue-mug' })
    const other = await start({ DATABASE_URL: shop.databaseUrl })
    for (let read = 0; read < 7; read++) await other.get('/api/products/blue-mug')
    other.app.views.count(id)
    await other.stop()
    expect(await shop.stored()).toEqual({ 'blue-mug': 8 })
  })

  it('given a product that is gone when its views are written, then the others are written all the same', async () => {
    const shop = await start()
    const gone = await insertProduct(shop.sql, { slug: 'gone' })
    shop.app.views.count(gone)
    shop.app.views.count(await insertProduct(shop.sql, { slug: 'here' }))
    await shop.sql.query(`DELETE FROM product WHERE slug = 'gone'`)
    await shop.app.views.flush()
    expect(await shop.stored()).toEqual({ here: 1 })
  })

  it('given a write that fails, when Postgres takes it again, then nothing is lost, and reads never noticed', async () => {
    const shop = await start()
    await insertProduct(shop.sql, { slug: 'blue-mug' })
    await shop.sql.query('ALTER TABLE product_view RENAME TO away')
    for (let read = 0; read < 5; read++) expect((await shop.get('/api/products/blue-mug')).status).toBe(200)
    await shop.app.views.flush()
    await shop.get('/api/products/blue-mug')
    await shop.sql.query('ALTER TABLE away RENAME TO product_view')
    await shop.app.views.flush()
    expect(await shop.stored()).toEqual({ 'blue-mug': 6 })
  })

  it('given old and new views, when an application runs, then its relay deletes those older than two days', async () => {
    const url = await databaseForTest()
    const sql = new pg.Pool({ connectionString: url, max: 1 })
    onTestFinished(() => sql.end())
    await insertViews(sql, 'now() - n * interval $$1 hour$$', [0, 47, 49, 500])
    await start({ DATABASE_URL: url })
    await eventually(async () => expect(await countViews(sql)).toBe(2))
  })
})

describe('pruning', () => {
  it('given more old views than a batch, when pruned, then batch after batch, and then not again for an hour', async () => {
    const sql = new pg.Pool({ connectionString: await databaseForTest(), max: 1 })
    onTestFinished(() => sql.end())
    const old = 'now() - interval $$3 days$$ - n * interval $$1 minute$$'
    await insertViews(
      sql,
      old,
      Array.from({ length: 5_003 }, (_, n) => n),
    )
    let now = 0
    const prune = createPruning(() => now)
    await prune(sql)
    expect(await countViews(sql)).toBe(3)
    await prune(sql)
    expect(await countViews(sql)).toBe(0)
    await insertViews(sql, old, [1])
    now += 59 * 60_000
    await prune(sql)
    expect(await countViews(sql)).toBe(1)
    now += 60_000
    await prune(sql)
    expect(await countViews(sql)).toBe(0)
  })
})

async function insertViews(sql: pg.Pool, minute: string, ns: number[]): Promise<void> {
  const id = await insertProduct(sql, { slug: randomUUID() })
  await sql.query(
    `INSERT INTO product_view SELECT $1, date_trunc('minute', ${minute}), 1 FROM unnest($2::int[]) AS n`,
    [id, ns],
  )
}

async function countViews(sql: pg.Pool): Promise<number> {
  const { rows } = await sql.query('SELECT count(*)::int FROM product_view')
  return rows[0].count
}

describe('the counter', () => {
  function counter(maxProducts?: number) {
    const metrics = createMetrics({})
    const written: Record<string, number>[] = []
    const add = vi.fn(async (counts: ReadonlyMap<string, number>) => void written.push(Object.fromEntries(counts)))
    const views = createViews({ add, metrics, log: createLog('silent'), ...(maxProducts && { maxProducts }) })
    return { views, add, written, metrics }
  }

  it('given more products than it may hold, when counted, then those beyond are only counted in the metric', async () => {
    const { views, written, metrics } = counter(2)
    for (const id of ['a', 'b', 'c', 'a', 'd']) views.count(id)
    await views.flush()
    expect(written).toEqual([{ a: 2, b: 1 }])
    expect(await metrics.text()).toContain('product_views_total{outcome="dropped"} 2')
  })

  it('given a write under way, when views are counted, then they are in the next one, and none is doubled', async () => {
    const { views, add, written } = counter()
    const slow = Promise.withResolvers<void>()
    add.mockImplementationOnce(async () => void (await slow.promise))
    views.count('a')
    const first = views.flush()
    await turn()
    views.count('a')
    views.count('b')
    const second = views.flush()
    await turn()
    expect(add).toHaveBeenCalledTimes(1)
    slow.resolve()
    await Promise.all([first, second])
    expect(written).toEqual([{ a: 1, b: 1 }])
  })

  it('given writes that fail, when stopped, then it is tried once more, and what is kept stays bounded', async () => {
    const { views, add, written, metrics } = counter(2)
    add.mockImplementationOnce(async () => {
      views.count('c') // meanwhile
      throw new Error('down')
    })
    for (const id of ['a', 'b', 'b']) views.count(id)
    await views.stop()
    expect(written).toEqual([{ a: 1, c: 1 }])
    expect(await metrics.text()).toContain('product_views_total{outcome="dropped"} 2')
  })
})
