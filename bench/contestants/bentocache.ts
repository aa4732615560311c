/** bentocache as its docs set it up: memory, Redis and the Redis bus. By default its memory tier holds JSON. */
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { type Opened, redisAddress, type Setup, ttlMs } from '../contestant.ts'

export async function open({ tier, redisUrl, load, maxEntries }: Setup, serialize = true): Promise<Opened> {
  const connection = redisAddress(redisUrl)
  const redis = bentostore().useL2Layer(redisDriver({ connection }))
  const store =
    tier === 'redis'
      ? redis
      : redis.useL1Layer(memoryDriver({ maxItems: maxEntries, serialize })).useBus(redisBusDriver({ connection }))
  const name = `products${connection.db}` // the bus knows no databases, but stores
  const bento = new BentoCache({ default: name, stores: { [name]: store } })
  return {
    get: (key: string) => bento.getOrSet({ key, factory: () => load(key), ttl: ttlMs }),
  }
}
