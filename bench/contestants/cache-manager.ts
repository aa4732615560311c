/** cache-manager as in its README's quick start: CacheableMemory behind Keyv, then @keyv/redis. */
import KeyvRedis from '@keyv/redis'
import { createCache } from 'cache-manager'
import { CacheableMemory, createKeyv } from 'cacheable'
import { Keyv } from 'keyv'
import { type Opened, type Setup, ttlMs } from '../contestant.ts'
import type { Product } from '../product.ts'

/** The quick start's memory store holds JSON; the one of its migration guide, set to `useClone: false`, the object. */
export async function open({ tier, redisUrl, load, maxEntries }: Setup, json = true): Promise<Opened> {
  const limits = { ttl: ttlMs, lruSize: maxEntries }
  const createMemory = () =>
    json ? new Keyv({ store: new CacheableMemory(limits) }) : createKeyv({ ...limits, useClone: false })
  const redis = new Keyv({ store: new KeyvRedis(redisUrl) })
  const cache = createCache({ stores: tier === 'redis' ? [redis] : [createMemory(), redis], ttl: ttlMs })
  return {
    get: (key: string) => cache.wrap<Product>(key, () => load(key)),
  }
}
