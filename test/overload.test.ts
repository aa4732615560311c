/** Real sockets, and an event loop that is really blocked. */
import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createMetrics } from '../src/platform/metrics.ts'
import { createOverloadGuard } from '../src/platform/overload.ts'
import { listen } from '../src/platform/server.ts'
import { startTestApp } from './support/app.ts'
import { eventually } from './support/eventually.ts'
import { nextData, open, raw } from './support/raw.ts'

async function serve(limits: { maxInFlight?: number; maxEventLoopDelayMs?: number }) {
  const metrics = createMetrics({ version: 'test' })
  const overload = createOverloadGuard({ maxInFlight: 1_000, maxEventLoopDelayMs: 60_000, ...limits, metrics })
  const held: (() => void)[] = []
  const app = express()
    .get('/livez', (_request, response) => void response.json({ status: 'ok' }))
    .use(overload.guard)
    .get('/held', (_request, response) => void held.push(() => response.send('done')))
    .use((_request, response) => void response.send('ok'))
  const server = await listen(app, 0)
  onTestFinished(async () => {
    overload.close()
    await server.drain(0)
  })
  const base = `http://127.0.0.1:${server.port}`
  return { base, port: server.port, metrics, held, status: async (path: string) => (await fetch(base + path)).status }
}

const block = (ms: number) => {
  const until = performance.now() + ms
  while (performance.now() < until);
}

describe('overload', () => {
  // Whether the loop's delay is noticed before the waiting request is read depends on the machine: tried three times.
  it('given a blocked event loop, when requests waited meanwhile, then they hear 503, and later ones are answered', {
    retry: 2,
  }, async () => {
    const { base, port, metrics, status } = await serve({ maxEventLoopDelayMs: 300 })
    await eventually(async () => expect(await status('/')).toBe(200))
    const sockets = [await open(port), await open(port)]
    const answers = sockets.map(nextData)
    const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`
    sockets[0]?.write(request('/api/products'))
    sockets[1]?.write(request('/livez'))
    block(700)
    const [shed, alive] = await Promise.all(answers)
    expect(shed).toMatch(/^HTTP\/1[.]1 503 /)
    expect(shed).toMatch(/^retry-after: 1\r$/im)
    expect(JSON.parse(shed?.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      error: { code: 'SERVICE_UNAVAILABLE', reason: 'OVERLOADED', requestId: expect.stringMatching(/^[\w-]{36}$/) },
    })
    expect(alive).toMatch(/^HTTP\/1[.]1 200 /)
    await eventually(async () => expect((await fetch(`${base}/`)).status).toBe(200))
    expect(await metrics.text()).toMatch(/http_shed_total\{reason="event_loop"\} [1-9]/)
  })

  it('given as many requests under way as there may be, when one more comes, then it hears 503 until one is answered', async () => {
    const { base, metrics, held, status } = await serve({ maxInFlight: 2 })
    const waiting = [fetch(`${base}/held`), fetch(`${base}/held`)]
    await eventually(() => expect(held).toHaveLength(2))
    expect(await metrics.text()).toContain('http_requests_in_flight 2')
    const refused = await fetch(`${base}/trpc/a.b`)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await refused.json()).toMatchObject({
      error: { code: expect.any(Number), data: { code: 'SERVICE_UNAVAILABLE', httpStatus: 503, reason: 'OVERLOADED' } },
    })
    expect(await status('/livez')).toBe(200)
    held[0]?.()
    await Promise.race(waiting)
    await eventually(async () => expect(await status('/')).toBe(200))
    expect(await metrics.text()).toMatch(/http_shed_total\{reason="in_flight"\} [1-9]/)
    held[1]?.()
  })

  it('given clients that go away, when their requests were under way, then they count no more', async () => {
    const { port, metrics, held, status } = await serve({ maxInFlight: 3 })
    for (let round = 1; round <= 10; round++) {
      const socket = await open(port)
      socket.write('GET /held HTTP/1.1\r\nHost: a\r\n\r\n')
      await eventually(() => expect(held).toHaveLength(round))
      socket.destroy()
      await eventually(async () => expect(await metrics.text()).toContain('http_requests_in_flight 0'))
    }
    expect(await status('/')).toBe(200)
  })

  it('given the whole application over its limit, when asked, then metrics and health are still told', async () => {
    const shop = await startTestApp({ MAX_IN_FLIGHT: '1' })
    onTestFinished(() => shop.stop())
    const slow = await open(Number(new URL(shop.base).port))
    slow.on('error', () => {})
    slow.write(
      'POST /trpc/inventory.reservation.create HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    )
    await eventually(async () => {
      const text = await (await fetch(`${shop.base}/metrics`)).text()
      expect(text).toContain('http_requests_in_flight 1')
    })
    expect((await shop.get('/api/categories')).status).toBe(503)
    expect([(await shop.get('/livez')).status, (await shop.get('/readyz')).status]).toEqual([200, 200])
    slow.destroy()
    await eventually(async () => expect((await shop.get('/api/categories')).status).toBe(200))
    expect((await raw(Number(new URL(shop.base).port), 'GET / HTTP/1.0\r\n\r\n')).status).toBe(200)
  })
})
