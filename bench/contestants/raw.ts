/**
 * The floor: what the work costs with no cache library at all. The application's own connection, GET and JSON.parse, on
 * a miss the load and SET; for a memory tier a Map. No coalescing, no fencing, no bounds.
 */
import { once } from 'node:events'
import { connectRedis, type RedisConnection } from '../../src/cache/redis/connection.ts'
import { type Opened, type Setup, ttlMs } from '../contestant.ts'
import type { Product } from '../product.ts'

type Options = Pick<Partial<RedisConnection['client']['options']>, 'commandTimeout' | 'enableAutoPipelining'>

/** As the application's, but patient: a pause of a noisy machine must not fail a row. */
export const connectionTimeoutMs = 2_000

/** The options of the application's connection, but for `options`; auto-pipelining only if they say so. */
export async function open(setup: Setup, options: Options = {}): Promise<Opened> {
  if (setup.tier === 'near') return openMap(setup)
  const { client } = connectRedis({ url: setup.redisUrl, timeoutMs: connectionTimeoutMs })
  const redis = client.duplicate({ enableAutoPipelining: false, ...options })
  await once(redis, 'ready')
  return openRedis(setup, redis)
}

function openMap({ load }: Setup): Opened {
  const map = new Map<string, Product>()
  return {
    note: 'a Map, unbounded',
    get: async (key) => {
      const found = map.get(key)
      if (found) return found
      const product = await load(key)
      map.set(key, product)
      return product
    },
    peek: (key) => map.get(key),
  }
}

function openRedis({ load }: Setup, redis: RedisConnection['client']): Opened {
  return {
    get: async (key) => {
      const found = await redis.get(key)
      if (found !== null) return JSON.parse(found)
      const product = await load(key)
      await redis.set(key, JSON.stringify(product), 'PX', ttlMs)
      return product
    },
  }
}
