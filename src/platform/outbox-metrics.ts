/** How much the caches have still to follow, asked of Postgres at each scrape. */
import type { Database } from './db.ts'
import { metricNames } from './metric-names.ts'
import type { Metrics } from './metrics.ts'

/** More are not counted: that many is trouble enough, and the question must stay cheap. */
const mostCounted = 10_000
/** A scrape must not wait for a database in trouble. */
const deadlineMs = 500

interface Backlog {
  pending: number
  oldestSeconds: number
}
const unknown: Backlog = { pending: Number.NaN, oldestSeconds: Number.NaN }

/** While Postgres does not answer, both gauges are NaN. */
export function observeOutbox({ pool }: Pick<Database, 'pool'>, metrics: Metrics): void {
  let asking: Promise<Backlog> | undefined
  /** One question at a time: a scrape that gave up leaves it running. */
  const ask = () => {
    asking ??= backlog(pool).finally(() => {
      asking = undefined
    })
    return within(asking)
  }
  metrics.gauge(metricNames.outboxPending, `Changes not yet followed, ${mostCounted} at most.`, [], async (gauge) =>
    gauge.set((await ask()).pending),
  )
  metrics.gauge(
    metricNames.outboxOldest,
    'Age of the oldest change not yet followed; 0: there is none.',
    [],
    async (gauge) => gauge.set((await ask()).oldestSeconds),
  )
}

async function backlog(pool: Database['pool']): Promise<Backlog> {
  const { rows } = await pool
    .query<Backlog>(
      `SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT ${mostCounted}) AS counted)::int AS pending,
              coalesce((SELECT extract(epoch FROM clock_timestamp() - created_at) FROM outbox ORDER BY id LIMIT 1), 0)
                ::float8 AS "oldestSeconds"`,
    )
    .catch(() => ({ rows: [] }))
  return rows[0] ?? unknown
}

async function within(answer: Promise<Backlog>): Promise<Backlog> {
  const late = Promise.withResolvers<Backlog>()
  const timer = setTimeout(() => late.resolve(unknown), deadlineMs)
  return Promise.race([answer, late.promise]).finally(() => clearTimeout(timer))
}
