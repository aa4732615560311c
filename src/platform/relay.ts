/**
 * The relay: has the caches follow what is in the outbox, at least once, oldest first. One process at a time does it,
 * whoever holds an advisory lock; the others stand by. It is woken by NOTIFY, and looks by itself, too.
 */
import pg from 'pg'
import type { Log } from './logging.ts'
import { metricNames } from './metric-names.ts'
import type { Metrics } from './metrics.ts'
import { deleteChanges, type Outbox, pendingChanges, pruneChanges } from './outbox.ts'

export interface Relay {
  /** Begins; reconnects for ever. */
  start(): void
  stop(): Promise<void>
}

export interface RelayOptions {
  databaseUrl: string
  /** A process that does not follow runs the chores only, and leaves the changes to one that does. */
  outbox: Pick<Outbox, 'follow' | 'follows'>
  /** What else one process at a time has to do, after each round. Must not take long, and may run twice at once. */
  chores?: readonly ((client: pg.Client) => Promise<void>)[]
  metrics: Metrics
  log: Log
}

/** Any numbers that all relays agree on: one lock for those that follow, one for those that don't. */
const advisoryLocks = { follows: 7_242_000_020, choresOnly: 7_242_000_021 }
const batchSize = 500
const pollMs = 250
/** Until the next try when Redis did not take it: twice as long each time, up to `retryMs`. */
const firstRetryMs = 100
/** The same when Postgres is away. */
const retryMs = 1_000
const pruneMs = 60_000

export function createRelay({ databaseUrl, outbox, chores = [], metrics, log }: RelayOptions): Relay {
  const lags = metrics.histogram(
    metricNames.cacheInvalidationLag,
    'From a change in Postgres to the caches following it, by the relay.',
    [],
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 5, 30, 300],
  )
  let stopped = false
  let wake = () => {}
  let awaken = false
  let running: Promise<void> | undefined

  const ring = () => {
    awaken = true
    wake()
  }
  /** `deaf`: not to be woken by what is written meanwhile. */
  const rest = async (ms: number, deaf = false) => {
    if ((!awaken || deaf) && !stopped) {
      const { promise, resolve } = Promise.withResolvers<void>()
      wake = deaf ? () => stopped && resolve() : resolve
      const timer = setTimeout(resolve, ms)
      await promise
      clearTimeout(timer)
    }
    awaken = false
  }

  /** A batch of changes. `more`: there may be others; `refused`: Redis did not take it. */
  async function followSome(client: pg.Client): Promise<'more' | 'none' | 'refused'> {
    const changes = await pendingChanges(client, batchSize)
    const asked = performance.now()
    if (changes.length === 0) return 'none'
    if (!(await outbox.follow(changes, 'outbox'))) return 'refused'
    const took = (performance.now() - asked) / 1_000
    for (const { ageSeconds } of changes) lags.observe(ageSeconds + took)
    await deleteChanges(client, changes)
    return changes.length < batchSize ? 'none' : 'more'
  }

  let prunedAt = Number.NEGATIVE_INFINITY
  const prune = async (client: pg.Client) => {
    if (performance.now() < prunedAt + pruneMs) return
    prunedAt = performance.now()
    await pruneChanges(client)
  }

  /** A chore that fails must keep neither the others nor the changes waiting. */
  async function doChores(client: pg.Client): Promise<void> {
    for (const chore of [...chores, prune]) {
      await chore(client).catch((err) => {
        if (!stopped) log.error({ err }, 'a chore of the relay failed')
      })
    }
  }

  /** On one connection, until it breaks. */
  async function serve(client: pg.Client): Promise<void> {
    const lock = outbox.follows ? advisoryLocks.follows : advisoryLocks.choresOnly
    let leads = false
    let patience = firstRetryMs
    client.on('notification', ring)
    if (outbox.follows) await client.query('LISTEN outbox')
    while (!stopped) {
      if (!leads) {
        const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS locked', [lock])
        leads = rows[0].locked
      }
      const state = leads && outbox.follows ? await followSome(client) : 'none'
      if (leads) await doChores(client) // between batches, too: prices begin on time, however much there is to follow
      if (state === 'refused') {
        // Redis may be there for another process: the network is cut between it and us.
        await client.query('SELECT pg_advisory_unlock($1)', [lock])
        leads = false
        await rest(patience, true)
        patience = Math.min(patience * 2, retryMs)
        continue
      }
      if (leads) patience = firstRetryMs
      if (state === 'none') await rest(pollMs)
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
