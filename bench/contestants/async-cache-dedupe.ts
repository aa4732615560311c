/** async-cache-dedupe has one storage for a function: memory or Redis (by ioredis). */
import { createCache } from 'async-cache-dedupe'
import { Redis } from 'ioredis'
import { type Opened, type Setup, ttlMs } from '../contestant.ts'

const ttl = ttlMs / 1_000

export async function open(setup: Setup): Promise<Opened> {
  return setup.tier === 'near' ? openMemory(setup) : openRedis(setup)
}

function openMemory({ load, maxEntries }: Setup): Opened {
  const cache = createCache({ ttl, storage: { type: 'memory', options: { size: maxEntries } } })
  const products = cache.define('product', load)
  return { note: 'memory only: it takes one tier', get: (key) => products.product(key) }
}

function openRedis({ tier, redisUrl, load }: Setup): Opened {
  const client = new Redis(redisUrl)
  const products = createCache({ ttl, storage: { type: 'redis', options: { client } } }).define('product', load)
  return {
    ...(tier === 'tiered' && { note: 'Redis only: it takes one tier' }),
    get: (key) => products.product(key),
  }
}
