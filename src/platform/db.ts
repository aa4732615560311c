/** Postgres: a bounded pool with deadlines, and Prisma on top of it. */
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from '../generated/prisma/client.ts'
import type { Log } from './logging.ts'
import { metricNames } from './metric-names.ts'
import { latencyBuckets, type Metrics } from './metrics.ts'

export interface DatabaseOptions {
  url: string
  /** Connections at most. */
  poolMax: number
  /** How long a query may wait for a connection, in ms. Without it a query waits for ever. */
  acquireTimeoutMs: number
  statementTimeoutMs: number
}

export interface Database {
  prisma: PrismaClient
  pool: pg.Pool
  /** Runs `work` and measures it under `operation`, a name from the code. */
  measure<T>(operation: string, work: () => Promise<T>): Promise<T>
  /** Rejects when Postgres does not answer within `timeoutMs`. */
  ping(timeoutMs: number): Promise<void>
  close(): Promise<void>
}

/** SQL that begins with this is planned anew for its values each time: see `preparedName`. */
export const planWithValues = '/* plan with values */'

export function openDatabase(options: DatabaseOptions, metrics: Metrics, log: Log): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolMax,
    connectionTimeoutMillis: options.acquireTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    query_timeout: options.statementTimeoutMs + 1_000, // when the server itself hangs
    keepAlive: true,
    application_name: 'caching-reference',
  })
  // A connection that is lost says so to whoever listens, and if nobody does, the process ends. The pool listens while it
  // is idle, a query while it runs; in between, and in the turn between `connect()` and its caller, nobody would.
  pool.on('connect', (client) => client.on('error', () => {}))
  pool.on('error', (err) => log.warn({ err }, 'an idle Postgres connection was lost'))
  const adapter = new PrismaPg(pool, { statementNameGenerator: statementNames() })
  const prisma = new PrismaClient({ adapter })

  const durations = metrics.histogram(
    metricNames.queries,
    'Time from asking for a connection to the answer.',
    ['operation'],
    latencyBuckets,
  )
  metrics.gauge(metricNames.pool, 'Connections to Postgres, and queries waiting for one.', ['state'], (gauge) => {
    gauge.set({ state: 'idle' }, pool.idleCount)
    gauge.set({ state: 'busy' }, pool.totalCount - pool.idleCount)
    gauge.set({ state: 'waiting' }, pool.waitingCount)
  })
  metrics.gauge(metricNames.poolMax, 'Connections to Postgres that there may be.').set(options.poolMax)

  return {
    prisma,
    pool,
    measure: async (operation, work) => {
      const stop = durations.startTimer({ operation })
      try {
        return await work()
      } finally {
        stop()
      }
    },
    ping: async (timeoutMs) => {
      const timer = Promise.withResolvers<never>()
      const timeout = setTimeout(() => timer.reject(new Error('Postgres did not answer in time')), timeoutMs)
      await Promise.race([pool.query('SELECT 1'), timer.promise]).finally(() => clearTimeout(timeout))
    },
    close: async () => {
      await prisma.$disconnect()
      await pool.end()
    },
  }
}

/**
 * Names for prepared statements. Prisma prepares nothing unless statements are named; a name per text, and a bound on
 * their number, since each is kept on every connection. A list's best plan depends on its values (a category of three
 * products or of thirty thousand), and a prepared statement may be planned without them: those stay unnamed.
 */
function statementNames(): (query: { sql: string }) => string {
  const unnamed = ''
  const names = new Map<string, string>()
  return ({ sql }) => {
    if (sql.startsWith(planWithValues)) return unnamed
    const known = names.get(sql)
    if (known || names.size >= 200) return known ?? unnamed
    const name = `s${names.size}`
    names.set(sql, name)
    return name
  }
}

/** SQLSTATEs (a full disk, no memory, a standby among them), codes of Prisma, and those of the network. */
const busyCodes = new Set([
  ...['40001', '40P01', '55P03', '57014', '57P01', '57P02', '57P03'],
  ...['25006', '53000', '53100', '53200', '53300'],
  ...['08000', '08003', '08006'],
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2034', 'P2037'],
  ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE'],
])
const busyMessages =
  /timeout exceeded when trying to connect|Connection terminated|Query read timeout|encountered a connection error/
/** A raw query by Prisma that failed has no code of its own then, only these words. */
const rawBusyMessages =
  /Can't reach database server|Server has closed the connection|Operation has timed out|Too many database connections|write conflict or a deadlock/
/** What Prisma does not know keeps its SQLSTATE in the message alone. */
const stateInMessage = /Code: `(\w{5})`/

/** Whether Postgres is away, or too busy to answer in time: the same may go well in a moment. */
export function isDatabaseBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as { code?: unknown }
  const state = stateInMessage.exec(error.message)?.[1]
  return (
    busyCodes.has(String(code)) ||
    busyCodes.has(String(state)) ||
    busyMessages.test(error.message) ||
    rawBusyMessages.test(error.message) ||
    isDatabaseBusy(error.cause)
  )
}
