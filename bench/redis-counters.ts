/** What Redis itself counted: the proof that a hit went there, or did not. */
import { Redis } from 'ioredis'

export interface RedisCounters {
  /** Keys looked up since the server started, found or not, by commands and scripts. Of all databases. */
  lookups(): Promise<number>
  /** Keys in this database. */
  keys(): Promise<number>
  /** Empties this database. */
  flush(): Promise<void>
}

export function openCounters(redisUrl: string): RedisCounters {
  const redis = new Redis(redisUrl)
  return {
    lookups: async () => {
      const info = await redis.info('stats')
      const field = (name: string) => Number(info.match(new RegExp(`^${name}:(\\d+)`, 'm'))?.[1])
      return field('keyspace_hits') + field('keyspace_misses')
    },
    keys: () => redis.dbsize(),
    flush: async () => {
      await redis.flushdb()
    },
  }
}
