/** Scripts that write to the catalog invalidate its caches like any other writer: through the application's own. */
import { createApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { createLog } from '../src/platform/logging.ts'
import type { ScriptContext } from './script.ts'

/** Runs `work` with the function to call after each commit, with the slugs of the products that were written. */
export async function withCatalogChanges(
  { databaseUrl, redisUrl, say }: ScriptContext,
  work: (changed: (slugs: string[]) => Promise<void>) => Promise<void>,
): Promise<void> {
  const config = loadConfig({ ...process.env, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl })
  const app = createApp(config, createLog('silent'))
  try {
    await app.redis.waitUntilUp(1_000)
    if (!app.redis.isUp()) say('Redis does not answer: what is cached there may stay until it expires (10 minutes).')
    await work(app.catalog.changed)
  } finally {
    await app.close()
  }
}
