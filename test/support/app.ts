/** The real application on a database of its own, listening on a free port, and clients for it. */
import { randomUUID } from 'node:crypto'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import pg from 'pg'
import type { DestinationStream } from 'pino'
import { inject } from 'vitest'
import { insertPerson } from '../../scripts/people.ts'
import { type AppRouter, createApp } from '../../src/app.ts'
import type { CacheEvent } from '../../src/cache/events.ts'
import { loadConfig } from '../../src/config.ts'
import { createLog } from '../../src/platform/logging.ts'
import type { Tracing } from '../../src/platform/tracing/trace.ts'
import { freshDatabase } from './database.ts'

export type TestApp = Awaited<ReturnType<typeof startTestApp>>

/** Sessions that are there in every application. */
export const staffToken = 'staff-token-for-tests-0123456789-0123456789'
export const adminToken = 'admin-token-for-tests-0123456789-0123456789'

/** A password takes no time, and is worth nothing. */
export const passwordCost = { memory: 8, passes: 1, parallelism: 1 }

/** `logTo` gets the log's lines. */
export async function startTestApp(env: Record<string, string> = {}, logTo?: DestinationStream, tracing?: Tracing) {
  const database = env.DATABASE_URL ? { url: env.DATABASE_URL, drop: async () => {} } : await freshDatabase()
  const config = loadConfig({
    DATABASE_URL: database.url,
    REDIS_URL: inject('redisUrl'),
    CACHE_PREFIX: randomUUID().slice(0, 8),
    PORT: '0',
    LOG_LEVEL: 'silent',
    DRAIN_DELAY_MS: '0',
    CONSISTENCY_SAMPLES_PER_SECOND: '0', // its reads would be counted
    CACHE_DISABLE: 'warming', // loads that nobody asked for would be in the way
    RATE_LIMITS: 'off', // tests come from one address
    MAX_EVENT_LOOP_DELAY_MS: '60000', // the machine may be busy
    ...env,
  })
  const sql = new pg.Pool({ connectionString: database.url, max: 4 })
  sql.on('error', () => {}) // its connections may still be closing when the database is dropped
  await insertPerson(sql, { email: 'staff@test.example', role: 'staff', token: staffToken })
  await insertPerson(sql, { email: 'admin@test.example', role: 'admin', token: adminToken })
  const app = createApp(config, createLog(config.LOG_LEVEL, logTo), { passwordCost, tracing })
  const events: CacheEvent[] = []
  app.cache.events.on((event) => events.push(event))
  const server = await app.start()
  const base = `http://127.0.0.1:${server.port}`
  return {
    app,
    base,
    /** What another application needs to share database and cache: DATABASE_URL and CACHE_PREFIX. */
    databaseUrl: database.url,
    prefix: config.CACHE_PREFIX,
    /** For changing data behind the application's back. */
    sql,
    /** What the cache did, in order. */
    events,
    trpc: createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: `${base}/trpc`, maxItems: 20 })] }),
    get: async <Body = { error: { reason: string; message: string; requestId: string } }>(path: string) => {
      const response = await fetch(base + path)
      return { status: response.status, headers: response.headers, body: (await response.json()) as Body }
    },
    stop: async () => {
      await server.stop()
      await app.close()
      await sql.end()
      await database.drop()
    },
  }
}
