/** cacheable: memory as the primary store, @keyv/redis as the secondary; for Redis alone, that as the primary. */
import { createKeyv as createRedisStore } from '@keyv/redis'
import { Cacheable, createKeyv as createMemoryStore } from 'cacheable'
import { type Opened, type Setup, ttlMs } from '../contestant.ts'
import type { Product } from '../product.ts'

export async function open({ tier, redisUrl, load, maxEntries }: Setup, useClone = true): Promise<Opened> {
  const redis = createRedisStore(redisUrl)
  const cache =
    tier === 'redis'
      ? new Cacheable({ primary: redis, ttl: ttlMs })
      : new Cacheable({
          primary: createMemoryStore({ useClone, lruSize: maxEntries }),
          secondary: redis,
          ttl: ttlMs,
        })
  return {
    get: (key: string) => cache.getOrSet<Product>(key, () => load(key)),
  }
}
