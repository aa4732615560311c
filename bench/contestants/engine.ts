/** The application's own engine, from ../src/cache; as a variant with the application's metrics listening to it. */
import { type Cache, createCache } from '../../src/cache/cache.ts'
import { connectRedis } from '../../src/cache/redis/connection.ts'
import { observeCache } from '../../src/platform/cache-metrics.ts'
import { createLog } from '../../src/platform/logging.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { type Opened, redisAddress, type Setup } from '../contestant.ts'
import type { Product } from '../product.ts'
import { connectionTimeoutMs } from './raw.ts'

/** With the metrics and logs that the application has, and nobody reading them. */
export function openObserved(setup: Setup): Promise<Opened> {
  return open(setup, (cache) => observeCache(cache, createMetrics({ version: 'bench' }), createLog('silent')))
}

export async function open(
  { tier, redisUrl, load }: Setup,
  observe: (cache: Cache) => void = () => {},
): Promise<Opened> {
  const redis = connectRedis({ url: redisUrl, timeoutMs: connectionTimeoutMs })
  await redis.waitUntilUp(5_000)
  const prefix = `bench${redisAddress(redisUrl).db}` // client-side tracking knows no databases, but prefixes
  const cache = createCache({ redis, prefix, near: { maxBytes: 256 * 1024 * 1024 } })
  observe(cache)
  const near = tier !== 'redis'
  const products = cache.aside<string, Product>('product', { tier: 'catalog', near, key: (key) => key, load })
  await cache.start(5_000)
  return { get: products.get, peek: (key) => products.peek(key) ?? undefined }
}
