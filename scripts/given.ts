/** The databases that the environment names. */
import { loadConfig } from '../src/config.ts'
import type { Given } from './stack/stack.ts'

/** The configuration, and the URLs among it that were given: the others are for a local stack. Throws ConfigError. */
export function readGiven(env: NodeJS.ProcessEnv): { config: ReturnType<typeof loadConfig>; given: Given } {
  const databaseUrl = env.DATABASE_URL || undefined
  const config = loadConfig({ ...env, DATABASE_URL: databaseUrl ?? 'postgres://local' })
  const redisGiven = env.REDIS_URL || env.REDIS_HOST || env.REDIS_PORT || env.REDIS_PASSWORD
  return { config, given: { databaseUrl, redisUrl: redisGiven ? config.REDIS_URL : undefined } }
}
