import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startTestApp, type TestApp } from './support/app.ts'
import { insertProduct } from './support/catalog.ts'
import { settled } from './support/eventually.ts'

let shop: TestApp
beforeAll(async () => {
  shop = await startTestApp()
  await insertProduct(shop.sql, { slug: 'blue-mug' })
  await settled(shop.sql)
})
afterAll(() => shop.stop())

describe('metrics', () => {
  it('given reads that miss, hit and fail, when scraped, then they are counted under the pinned names', async () => {
    await shop.get('/api/products/blue-mug')
    await shop.get('/api/products/blue-mug')
    await shop.get('/api/products/nothing')
    const text = await (await fetch(`${shop.base}/metrics`)).text()
    expect(text).toContain('cache_hits_total{cache="product",tier="redis"} 1')
    expect(text).toContain('cache_misses_total{cache="product"} 2')
    expect(text).toContain('cache_load_duration_seconds_count{cache="product",outcome="found"} 1')
    expect(text).toContain('cache_load_duration_seconds_count{cache="product",outcome="missing"} 1')
    expect(text).toMatch(
      /trpc_request_duration_seconds_count\{procedure="catalog.product.bySlug",type="query",code="OK"\} 2/,
    )
    expect(text).toMatch(/trpc_request_duration_seconds_count\{.*code="NOT_FOUND"\} 1/)
    expect(text).toMatch(/db_query_duration_seconds_count\{operation="product.bySlug"\} 2/)
    expect(text).toMatch(/db_pool_connections\{state="busy"\} 0/)
    expect(text).toMatch(/app_build_info\{version="[\d.]+",node="v24[\d.]+",cache_mode="full"\} 1/)
    expect(text).toMatch(/redis_memory_used_bytes \d+/)
    expect(text).toMatch(/# TYPE redis_evicted_keys_total counter\nredis_evicted_keys_total 0/)
    expect(text).not.toContain('blue-mug')
  })
})

describe('errors', () => {
  it('given a failing database, when read, then INTERNAL with a request id and nothing of the inside', async () => {
    const broken = await startTestApp()
    onTestFinished(() => broken.stop())
    await broken.sql.query('ALTER TABLE product RENAME TO secret_table')
    const rest = await broken.get('/api/products/blue-mug')
    const trpc = await fetch(`${broken.base}/trpc/catalog.product.bySlug?input=${encodeURIComponent('{"slug":"a"}')}`)
    const body = await trpc.text()
    expect([rest.status, trpc.status]).toEqual([500, 500])
    expect(rest.body.error).toMatchObject({ reason: 'INTERNAL', message: 'Internal error' })
    expect(rest.body.error.requestId).toBe(rest.headers.get('x-request-id'))
    expect(JSON.parse(body).error).toMatchObject({ message: 'Internal error', data: { reason: 'INTERNAL' } })
    expect(JSON.stringify(rest.body) + body).not.toMatch(/table|column|prisma|select|stack|\/src\//i)
  })

  it('given a request id from the caller, when well-formed, then it is kept, else replaced', async () => {
    const ask = async (id: string) => {
      const response = await fetch(`${shop.base}/api/nothing`, { headers: { 'X-Request-Id': id } })
      return response.headers.get('x-request-id')
    }
    expect(await ask('abc-123')).toBe('abc-123')
    expect(await ask('a b"c')).toMatch(/^[\w-]{36}$/)
  })

  it('given a batch above the bound, when sent, then it is refused', async () => {
    const names = Array(21).fill('catalog.category.tree').join(',')
    const response = await fetch(`${shop.base}/trpc/${names}?batch=1&input={}`)
    expect(response.status).toBe(400)
  })
})

describe('health', () => {
  it('given Postgres away, when asked, then alive but not ready', async () => {
    const { healthRoutes } = await import('../src/platform/health.ts')
    const { listen } = await import('../src/platform/server.ts')
    const { createMetrics } = await import('../src/platform/metrics.ts')
    const database = () => Promise.reject(new Error('away'))
    const redis = () => Promise.resolve()
    const routes = healthRoutes({ database, redis, draining: () => false, metrics: createMetrics({}) })
    const server = await listen((request, response) => routes(request, response, () => response.end()), 0)
    onTestFinished(() => server.drain(0))
    const ready = await fetch(`http://127.0.0.1:${server.port}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { status: 'unavailable', postgres: 'unavailable', redis: 'ok' },
    ])
    expect((await fetch(`http://127.0.0.1:${server.port}/livez`)).status).toBe(200)
  })
})

describe('stopping', () => {
  it('[G12] given a request under way and an idle connection, when stopped, then the one is answered, the other closed', async () => {
    const { listen } = await import('../src/platform/server.ts')
    const answer = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    const server = await listen(async (request, response) => {
      if (request.url === '/slow') {
        asked.resolve()
        await answer.promise
      }
      response.end('done')
    }, 0)
    const idle = connect(server.port, '127.0.0.1')
    const closed = new Promise((resolve) => idle.on('close', resolve))
    idle.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await new Promise((resolve) => idle.once('data', resolve))
    const slow = fetch(`http://127.0.0.1:${server.port}/slow`)
    await asked.promise
    const drained = server.drain(10_000)
    await closed
    await expect(fetch(`http://127.0.0.1:${server.port}/`)).rejects.toThrow()
    answer.resolve()
    expect(await (await slow).text()).toBe('done')
    await drained
  })

  it('[G12] given traffic, when told to stop, then readyz says so first, while everything is still answered', async () => {
    const shop = await startTestApp({ DRAIN_DELAY_MS: '500' })
    const ended = shop.stop()
    const { status, body } = await shop.get<{ status: string }>('/readyz')
    expect([status, body.status]).toEqual([503, 'draining'])
    expect((await shop.get('/api/categories')).status).toBe(200)
    await ended
  })

  it('[G12] given a request that never ends, when stopped, then the deadline ends it', async () => {
    const { listen } = await import('../src/platform/server.ts')
    const asked = Promise.withResolvers<void>()
    const server = await listen(() => asked.resolve(), 0)
    const stuck = fetch(`http://127.0.0.1:${server.port}/`)
    stuck.catch(() => {})
    await asked.promise
    await server.drain(20)
    await expect(stuck).rejects.toThrow()
  })

  it('given a port in use, when listened on, then the message says so and names PORT', async () => {
    const { listen } = await import('../src/platform/server.ts')
    const server = await listen(() => {}, 0)
    onTestFinished(() => server.drain(0))
    await expect(listen(() => {}, server.port)).rejects.toThrow(/Port \d+ is in use.*PORT/)
  })
})

describe('the front door', () => {
  it('given a person who opens the address, when the ways it names are followed, then each leads somewhere', async () => {
    const shop = await startTestApp()
    onTestFinished(() => shop.stop())
    await insertProduct(shop.sql, { slug: 'blue-mug' })
    const { body } = await shop.get<{ ways: Record<string, string> }>('/')
    for (const way of Object.values(body.ways)) expect((await fetch(shop.base + way)).status, way).toBe(200)
  })
})

describe('cache off', () => {
  it('given CACHE_MODE=off, when read twice, then Postgres is asked twice', async () => {
    const plain = await startTestApp({ CACHE_MODE: 'off' })
    onTestFinished(() => plain.stop())
    await insertProduct(plain.sql, { slug: 'blue-mug' })
    await plain.get('/api/products/blue-mug')
    await plain.get('/api/products/blue-mug')
    const types = plain.events.map((event) => event.type).filter((type) => type !== 'tracking')
    expect(types).toEqual(['load', 'load'])
  })
})
