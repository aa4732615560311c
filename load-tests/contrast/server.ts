/**
 * A small server that stands before the application: some procedures it answers in its own way, everything else it
 * passes on. Shows what the application does not do. Settings come from variables: see scripts/load/contrast.ts.
 */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { Redis } from 'ioredis'
import pg from 'pg'
import { createMetrics, latencyBuckets } from '../../src/platform/metrics.ts'

/** What a procedure refuses, as the application would say it. */
export class Refusal extends Error {
  readonly reason: string
  readonly status: number
  constructor(reason: string, status: number) {
    super(reason)
    this.reason = reason
    this.status = status
  }
}

export interface Call {
  /** Anybody's: a contrast trusts it. */
  input: unknown
  url: string
  token: string
}

export interface Ground {
  pool: pg.Pool
  redis: Redis
  way: string
  /** What the application answers to the same, as text. */
  ask(url: string): Promise<string>
  hit(): void
  miss(): void
  /** How much is kept in this process: asked at each scrape. */
  keeps(bytes: () => number): void
}

export type Procedures = Record<string, (call: Call) => Promise<unknown>>

/** Already JSON: it is sent as it is. */
export class Text {
  readonly json: string
  constructor(json: string) {
    this.json = json
  }
}

/** Serves until the process is asked to end. */
export function serveContrast(name: string, create: (ground: Ground) => Procedures): void {
  const { APP_URL = '', DATABASE_URL = '', REDIS_URL = '', WAY = '', PORT = '0' } = process.env
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10, connectionTimeoutMillis: 2_000 })
  const redis = new Redis(REDIS_URL, { enableOfflineQueue: true, maxRetriesPerRequest: 1, commandTimeout: 1_000 })
  for (const connection of [pool, redis]) connection.on('error', () => {}) // whoever asks is told
  const metrics = createMetrics({ version: 'contrast', cache_mode: WAY })
  const durations = metrics.histogram('trpc_request_duration_seconds', 'Time.', ['procedure'], latencyBuckets)
  const hits = metrics.counter('cache_hits_total', 'Hits.', ['cache', 'tier'])
  const misses = metrics.counter('cache_misses_total', 'Misses.', ['cache'])
  metrics.gauge('db_pool_connections', 'Connections to Postgres, and queries waiting for one.', ['state'], (gauge) => {
    gauge.set({ state: 'busy' }, pool.totalCount - pool.idleCount)
    gauge.set({ state: 'waiting' }, pool.waitingCount)
  })
  const procedures = create({
    pool,
    redis,
    way: WAY,
    ask: async (url) => (await fetch(`${APP_URL}${url}`)).text(),
    hit: () => hits.inc({ cache: name, tier: 'redis' }),
    miss: () => misses.inc({ cache: name }),
    keeps: (bytes) => {
      metrics.gauge('cache_near_bytes', 'Bytes kept in this process.', [], (gauge) => gauge.set(bytes()))
    },
  })

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://contrast')
    if (pathname === '/metrics') {
      outgoing.setHeader('content-type', metrics.contentType).end(await metrics.text())
      return
    }
    const procedure = pathname.replace('/trpc/', '')
    const own = procedures[procedure]
    if (!own) return pass(incoming, outgoing)
    const stop = durations.startTimer({ procedure })
    const body = incoming.method === 'POST' ? await textOf(incoming) : (searchParams.get('input') ?? '')
    const token = incoming.headers.authorization?.replace('Bearer ', '') ?? ''
    const send = (status: number, json: string) =>
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(json)
    try {
      const data = await own({ input: body ? JSON.parse(body) : undefined, url: incoming.url ?? '', token })
      send(200, data instanceof Text ? data.json : JSON.stringify({ result: { data } }))
    } catch (error) {
      const { reason, status } = error instanceof Refusal ? error : new Refusal('INTERNAL', 500)
      send(status, JSON.stringify({ error: { message: reason, data: { code: reason, httpStatus: status, reason } } }))
    }
    stop()
  }

  function pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method, headers, url = '/' } = incoming
    const onward = request(`${APP_URL}${url}`, { agent, method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.headersSent || outgoing.writeHead(502).end())
    incoming.pipe(onward)
  }

  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing).catch(() => outgoing.destroy()))
  server.listen(Number(PORT), '127.0.0.1')
  process.on('SIGTERM', () => process.exit(0))
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of incoming) {
    text += chunk
    if (text.length > 100_000) throw new Refusal('TOO_LARGE', 413)
  }
  return text
}
