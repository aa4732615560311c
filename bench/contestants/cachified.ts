/** cachified takes one cache: lru-cache, wrapped as its README does, or Redis by the adapter its README names. */
import { type Cache, type CacheEntry, cachified, totalTtl } from '@epic-web/cachified'
import { redisCacheAdapter } from 'cachified-redis-adapter'
import { LRUCache } from 'lru-cache'
import { createClient } from 'redis'
import { type Opened, type Setup, ttlMs } from '../contestant.ts'
import type { Product } from '../product.ts'

export async function open(setup: Setup): Promise<Opened> {
  return setup.tier === 'near' ? openMemory(setup) : openRedis(setup)
}

function openMemory({ load, maxEntries }: Setup): Opened {
  const memory = new LRUCache<string, CacheEntry>({ max: maxEntries })
  const cache: Cache = {
    set: (key, value) => {
      const ttl = totalTtl(value.metadata)
      return memory.set(key, value, {
        ttl: ttl === Number.POSITIVE_INFINITY ? undefined : ttl,
        start: value.metadata.createdTime,
      })
    },
    get: (key) => memory.get(key),
    delete: (key) => memory.delete(key),
  }
  return { note: 'memory only: it takes one tier', get: read(cache, load) }
}

async function openRedis({ tier, redisUrl, load }: Setup): Promise<Opened> {
  const redis = createClient({ url: redisUrl })
  redis.on('error', () => {}) // the command that meets it reports it
  await redis.connect()
  return {
    ...(tier === 'tiered' && { note: 'Redis only: it takes one tier' }),
    get: read(redisCacheAdapter(redis), load),
  }
}

function read(cache: Cache, load: Setup['load']) {
  return (key: string) => cachified<Product>({ key, cache, ttl: ttlMs, getFreshValue: () => load(key) })
}
