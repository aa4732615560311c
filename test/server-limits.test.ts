/** The traps of DESIGN §6 at the socket: each limit, tried with bytes that no client library would send. */
import { Writable } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listen, type ServerLimits } from '../src/platform/server.ts'
import { startTestApp, type TestApp } from './support/app.ts'
import { eventually } from './support/eventually.ts'
import { closed, nextData, open, raw } from './support/raw.ts'

async function server(limits: ServerLimits) {
  const running = await listen(
    (request, response) => request.resume().on('end', () => response.end('ok')),
    0,
    undefined,
    limits,
  )
  onTestFinished(() => running.drain(0))
  return running.port
}

async function shopWith(env: Record<string, string> = {}) {
  const lines: string[] = []
  const log = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(...String(chunk).trim().split('\n'))
      done()
    },
  })
  const shop = await startTestApp({ LOG_LEVEL: 'warn', ...env }, log)
  onTestFinished(() => shop.stop())
  lines.length = 0 // what it says at the start
  return { shop, port: Number(new URL(shop.base).port), lines }
}

const head = (...lines: string[]) => `${lines.join('\r\n')}\r\nHost: shop\r\nConnection: close\r\n`
const json = (text: string) => JSON.parse(text.slice(text.indexOf('\r\n\r\n')))

describe('what a request may be', () => {
  it('given headers above the bound, when sent, then 431 with a body that says so', async () => {
    const { port } = await shopWith()
    const { status, text } = await raw(port, head('GET / HTTP/1.1', `X-Long: ${'a'.repeat(17_000)}`), '\r\n')
    expect([status, json(text).error]).toEqual([431, expect.objectContaining({ reason: 'HEADERS_TOO_LARGE' })])
  })

  it('given a URL above the bound, when sent, then 414 in the shape of its path, with a request id', async () => {
    const { port } = await shopWith()
    const long = 'a'.repeat(13_000)
    const rest = await raw(port, head(`GET /api/products?category=${long} HTTP/1.1`), '\r\n')
    const trpc = await raw(port, head(`GET /trpc/catalog.product.bySlug?input=${long} HTTP/1.1`), '\r\n')
    expect([rest.status, trpc.status]).toEqual([414, 414])
    const requestId = expect.stringMatching(/^[\w-]{36}$/)
    expect(json(rest.text).error).toMatchObject({ reason: 'URL_TOO_LONG', requestId })
    expect(json(trpc.text).error.data).toMatchObject({ httpStatus: 414, reason: 'URL_TOO_LONG', requestId })
  })

  it('given a body above the bound, when announced or sent in chunks, then 413 and nothing is kept', async () => {
    const { port } = await shopWith()
    const post = (path: string, length: string) =>
      head(`POST ${path} HTTP/1.1`, 'Content-Type: application/json', length)
    const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`
    for (const path of ['/trpc/inventory.reservation.create', '/api/reservations']) {
      const announced = await raw(port, post(path, 'Content-Length: 5000000'), '\r\n', 'a'.repeat(5_000_000))
      const chunked = await raw(
        port,
        post(path, 'Transfer-Encoding: chunked'),
        '\r\n',
        ...Array(40).fill(chunk),
        '0\r\n\r\n',
      )
      expect([path, announced.status, chunked.status]).toEqual([path, 413, 413])
    }
  })

  it.each([
    ['no HTTP', 'HELLO\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a length that is no number', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1e3\r\n\r\na'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX-A: a\0b\r\n\r\n'],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: a\r\nX-A: a\r\n b\r\n\r\n'],
    [
      'a bare line feed as the end of a chunk',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\na\n0\n\n',
    ],
  ])('given %s, when sent, then 400 and the connection is closed', async (_what, bytes) => {
    const { status } = await raw(await server({}), bytes)
    expect(status).toBe(400)
  })

  it('given CONNECT and an upgrade, when sent, then neither becomes a tunnel', async () => {
    const { port } = await shopWith()
    const connect = await raw(port, head('CONNECT example.org:443 HTTP/1.1'), '\r\n')
    const upgrade = await raw(
      port,
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\n',
    )
    expect([connect.status, upgrade.status]).toEqual([0, 200])
  })

  it.each(['TRACE', 'PUT', 'OPTIONS', 'PROPFIND'])(
    'given the method %s, when a procedure is called, then 405',
    async (method) => {
      const { port } = await shopWith()
      const { status, text } = await raw(port, head(`${method} /trpc/catalog.category.tree HTTP/1.1`), '\r\n')
      expect([status, json(text).error.data.code]).toEqual([405, 'METHOD_NOT_SUPPORTED'])
    },
  )

  it('given a whole URL as target, when asked, then its path is answered, and what is no URL gets 400', async () => {
    const { port } = await shopWith()
    const warnings: Error[] = []
    const warn = (warning: Error) => warnings.push(warning)
    process.on('warning', warn)
    onTestFinished(() => void process.off('warning', warn))
    const status = async (target: string) => (await raw(port, head(`GET ${target} HTTP/1.1`), '\r\n')).status
    expect(await status('http://evil.example/api/products?limit=1')).toBe(200)
    for (const target of ['http://[::1', 'http://', 'ftp://shop/', '*', 'shop:80', 'api']) {
      expect([target, await status(target)]).toEqual([target, 400])
    }
    expect(warnings).toEqual([])
  })

  it('given a path with more than a procedure, when called, then 404: nothing runs', async () => {
    const { shop } = await shopWith()
    for (const path of ['/trpc/any/thing/catalog.category.tree', '/trpc//catalog.category.tree']) {
      const answer = await shop.get<{ error: { data: object } }>(path)
      expect([path, answer.status, answer.body.error.data]).toEqual([
        path,
        404,
        expect.objectContaining({ code: 'NOT_FOUND', requestId: expect.any(String) }),
      ])
    }
  })

  it.each([
    'multipart/form-data; boundary=a',
    'application/octet-stream',
    'application/x-www-form-urlencoded',
    'text/plain',
  ])('given a mutation as %s, when posted, then 415', async (type) => {
    const { shop } = await shopWith()
    const answer = await fetch(`${shop.base}/trpc/inventory.reservation.release`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: '--a--',
    })
    expect(answer.status).toBe(415)
  })
})

describe('what an answer carries', () => {
  it('given any answer, when read, then a browser is told to make nothing of it, and no other site may read it', async () => {
    const { shop } = await shopWith()
    for (const path of ['/', '/livez', '/metrics', '/api/categories', '/trpc/catalog.category.tree', '/nothing']) {
      const { headers } = await fetch(shop.base + path, { headers: { Origin: 'https://evil.example' } })
      expect(headers.get('x-content-type-options'), path).toBe('nosniff')
      expect(headers.get('content-security-policy'), path).toContain("default-src 'none'")
      expect(headers.get('referrer-policy'), path).toBe('no-referrer')
      expect(headers.get('x-powered-by'), path).toBeNull()
      expect(headers.get('access-control-allow-origin'), path).toBeNull()
    }
    const preflight = await fetch(`${shop.base}/trpc/catalog.category.tree`, {
      method: 'OPTIONS',
      headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' },
    })
    expect([preflight.ok, preflight.headers.get('access-control-allow-origin')]).toEqual([false, null])
  })
})

describe('how long a connection may take', () => {
  it('given headers that never end, when the time is over, then 408 and closed', async () => {
    const port = await server({ headersTimeoutMs: 100, requestTimeoutMs: 200 })
    expect(await raw(port, 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ')).toMatchObject({ status: 408 })
  })

  it('given a body that never ends, when the time is over, then 408 and closed', async () => {
    const port = await server({ headersTimeoutMs: 100, requestTimeoutMs: 200 })
    const bytes = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc'
    expect(await raw(port, bytes)).toMatchObject({ status: 408 })
  })

  it('given a connection without a byte, or idle after an answer, when the time is over, then it is closed', async () => {
    const port = await server({ idleTimeoutMs: 200, keepAliveTimeoutMs: 100 })
    await closed(await open(port))
    const kept = await open(port)
    kept.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(await nextData(kept)).toMatch(/^HTTP\/1[.]1 200/)
    await closed(kept)
  })

  it('given as many requests on one connection as there may be, when answered, then it is closed', async () => {
    const port = await server({ maxRequestsPerSocket: 2 })
    const one = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
    const { text } = await raw(port, one, one, one)
    expect(text.match(/HTTP\/1[.]1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200'])
    expect(text).toContain('Connection: close')
  })

  it('given as many connections as there may be, when one more comes, then it is closed, and the others stay', async () => {
    const port = await server({ maxConnections: 2 })
    const two = [await open(port), await open(port)]
    await closed(await open(port))
    const [first, second] = two
    first?.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(first && (await nextData(first))).toMatch(/^HTTP\/1[.]1 200/)
    const gone = second && closed(second)
    second?.destroy()
    await gone
    await eventually(async () => {
      const { status } = await raw(port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
      expect(status).toBe(200)
    })
  })
})

describe('clients that go away', () => {
  it('given clients gone in the middle of a body, or before the answer, when all is over, then nothing is logged and nothing held', async () => {
    const { shop, port, lines } = await shopWith()
    const blocker = await shop.sql.connect()
    await blocker.query('BEGIN; LOCK TABLE product')
    const before = ['/trpc/inventory.reservation.create', '/api/reservations'].map(
      (path) => `${head(`POST ${path} HTTP/1.1`, 'Content-Type: application/json', 'Content-Length: 99')}\r\n{"li`,
    )
    const asked = ['/api/products/a', '/trpc/catalog.product.bySlug?input=%7B%22slug%22:%22a%22%7D'].map(
      (path) => `${head(`GET ${path} HTTP/1.1`)}\r\n`,
    )
    for (const bytes of [...before, ...asked]) {
      const socket = await open(port)
      socket.write(bytes)
      await inFlight(shop, 1)
      socket.destroy()
      await inFlight(shop, 0)
    }
    await blocker.query('ROLLBACK')
    blocker.release()
    await eventually(() => {
      expect(shop.app.db.pool.idleCount).toBe(shop.app.db.pool.totalCount)
    })
    expect(lines).toEqual([])
  })
})

const inFlight = (shop: TestApp, count: number) =>
  eventually(async () => {
    const text = await (await fetch(`${shop.base}/metrics`)).text()
    expect(text).toContain(`http_requests_in_flight ${count}\n`)
  })
