/**
 * The relay: has the caches follow what is in the outbox, at least once, oldest first. One process at a time does it,
 * whoever holds an advisory lock; the others stand by. It is woken by NOTIFY, and looks by itself, too.
 */
import pg from 'pg'
import type { Log } from './logging.ts'
import type { Metrics } from './metrics.ts'
import { deleteChanges, type Follow, pendingChanges } from './outbox.ts'

export interface Relay {
  /** Begins; reconnects for ever. */
  start(): void
  stop(): Promise<void>
}

export interface RelayOptions {
  databaseUrl: string
  follow: Follow
  /** What else one process at a time has to do, after each round. Must not take long. */
  chores?: readonly ((client: pg.Client) => Promise<void>)[]
  metrics: Metrics
  log: Log
}

/** Any number that all relays agree on. */
const advisoryLock = 7_242_000_020
const batchSize = 500
const pollMs = 250
/** Until the next try when Redis did not take it, or Postgres is away. */
const retryMs = 1_000

export function createRelay({ databaseUrl, follow, chores = [], metrics, log }: RelayOptions): Relay {
  const lags = metrics.histogram(
    'cache_invalidation_lag_seconds',
    'From a change in Postgres to the caches following it, by the relay.',
    [],
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30, 300],
  )
  let stopped = false
  let wake = () => {}
  let awaken = false
  let running: Promise<void> | undefined

  const ring = () => {
    awaken = true
    wake()
  }
  const rest = async (ms: number) => {
    if (!awaken && !stopped) {
      const { promise, resolve } = Promise.withResolvers<void>()
      wake = resolve
      const timer = setTimeout(resolve, ms)
      await promise
      clearTimeout(timer)
    }
    awaken = false
  }

  /** Until nothing is left; false if Redis did not take it. */
  async function drain(client: pg.Client): Promise<boolean> {
    while (!stopped) {
      const changes = await pendingChanges(client, batchSize)
      if (changes.length === 0) return true
      if (!(await follow(changes, 'outbox'))) return false
      for (const { ageSeconds } of changes) lags.observe(ageSeconds)
      await deleteChanges(client, changes)
    }
    return true
  }

  /** On one connection, until it breaks. */
  async function serve(client: pg.Client): Promise<void> {
    let leads = false
    client.on('notification', ring)
    await client.query('LISTEN outbox')
    while (!stopped) {
      if (!leads) {
        const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS locked', [advisoryLock])
        leads = rows[0].locked
      }
      const done = !leads || (await drain(client))
      if (leads && done) for (const chore of chores) await chore(client)
      await rest(done ? pollMs : retryMs)
    }
  }

  async function run(): Promise<void> {
    while (!stopped) {
      const client = new pg.Client({
        connectionString: databaseUrl,
        connectionTimeoutMillis: 2_000,
        statement_timeout: 10_000,
        query_timeout: 11_000,
        keepAlive: true,
        application_name: 'caching-reference-relay',
      })
      client.on('error', () => {}) // the query under way, or the next one, reports it
      try {
        await client.connect()
        await serve(client)
      } catch (err) {
        if (!stopped) log.warn({ err }, 'the relay lost Postgres, and tries again')
      } finally {
        await client.end().catch(() => {})
      }
      if (!stopped) await rest(retryMs)
    }
  }

  return {
    start: () => {
      running ??= run()
    },
    stop: async () => {
      stopped = true
      ring()
      await running
    },
  }
}
