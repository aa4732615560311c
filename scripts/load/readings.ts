/** Looks at the application's own metrics, and at Postgres', some times a second while a load runs. */
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { sumOf } from '../../load-tests/lib/exposition.ts'
import type { Reading } from '../../load-tests/report/figures.ts'

export interface Readings {
  list: Reading[]
  /** Takes a last one. May be asked again. */
  stop(): Promise<void>
}

const intervalMs = 500
/** Two hours of them. */
const most = 15_000

/** `bases`: the processes whose /metrics count. A moment in which somebody does not answer has no reading. */
export function startReadings(bases: readonly string[], databaseUrl: string): Readings {
  // A pool replaces a connection that a restart of Postgres ended.
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 1,
    connectionTimeoutMillis: 1_000,
    query_timeout: 2_000,
    application_name: 'load-readings',
  })
  pool.on('error', () => {})
  const list: Reading[] = []
  let stopped = false

  const take = async () => {
    const at = Date.now()
    const [texts, statements] = await Promise.all([Promise.all(bases.map(textOf)), statementsOf(pool)])
    const sum = (name: string, labels = {}) => texts.reduce((total, text) => total + sumOf(text, name, labels), 0)
    if (list.length >= most) return
    list.push({
      at,
      requests: sum('trpc_request_duration_seconds_count'),
      hits: sum('cache_hits_total'),
      misses: sum('cache_misses_total'),
      loads: sum('cache_load_duration_seconds_count'),
      stale: sum('cache_stale_total'),
      statements,
      atOnce: sum('db_pool_connections', { state: 'busy' }) + sum('db_pool_connections', { state: 'waiting' }),
      cpuSeconds: sum('process_cpu_seconds_total'),
      // NaN while Redis is away
      redisBytes: Math.max(...texts.map((text) => sumOf(text, 'redis_memory_used_bytes') || 0)),
      residentBytes: sum('process_resident_memory_bytes'),
      nearBytes: sum('cache_near_bytes'),
      breakers: sum('cache_breaker_state'),
    })
  }
  const loop = async () => {
    while (!stopped) {
      const began = performance.now()
      await take().catch(() => {})
      await delay(Math.max(0, intervalMs - (performance.now() - began)))
    }
  }
  const running = loop()
  const end = async () => {
    stopped = true
    await running
    await take().catch(() => {})
    await pool.end()
  }
  let ended: Promise<void> | undefined
  return {
    list,
    stop: () => {
      ended ??= end()
      return ended
    },
  }
}

async function textOf(base: string): Promise<string> {
  const answer = await fetch(`${base}/metrics`, { signal: AbortSignal.timeout(2_000) })
  if (!answer.ok) throw new Error(`${base}/metrics answers ${answer.status}`)
  return answer.text()
}

/** Of the whole application, background work included; not those of this file. */
async function statementsOf(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ calls: number }>(
    `SELECT coalesce(sum(calls), 0)::float8 AS calls FROM pg_stat_statements
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND query NOT LIKE '%pg_stat_statements%'`,
  )
  return rows[0]?.calls ?? 0
}
