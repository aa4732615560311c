/** Two instances of the application on one Postgres, one Redis, one prefix, and clients of the staff for them. */
import { randomUUID } from 'node:crypto'
import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client'
import { expect } from 'vitest'
import type { AppRouter } from '../../src/app.ts'
import { adminToken, startTestApp, staffToken, type TestApp } from './app.ts'
import { freshDatabase } from './database.ts'
import { eventually } from './eventually.ts'


export { adminToken, staffToken }

/** A client that bears `token`. */
export function clientWith(shop: TestApp, token: string) {
  const headers = { authorization: `Bearer ${token}` }
  return createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: `${shop.base}/trpc`, maxItems: 20, headers })] })
}

export async function startTwoApps(extra: Record<string, string> = {}) {
  const database = await freshDatabase()
  const env = {
    DATABASE_URL: database.url,
    CACHE_PREFIX: randomUUID().slice(0, 8),
    ...extra,
  }
  const here = await startTestApp(env)
  const there = await startTestApp(env)
  return {
    here,
    there,
    staff: clientWith(here, staffToken),
    stop: async () => {
      await here.stop()
      await there.stop()
      await database.drop()
    },
  }
}

/** The data of the error that `promise` fails with. */
export const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => (error instanceof TRPCClientError ? error.data : error),
  )

/** The caches have followed everything, and nobody else has to. */
export const outboxIsEmpty = ({ sql }: TestApp) =>
  eventually(async () => {
    expect((await sql.query('SELECT topic, key FROM outbox')).rows).toEqual([])
  })
