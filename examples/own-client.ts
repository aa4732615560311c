/**
 * The cache with an ioredis client of your own, version 5 or 6, and nothing else of this application:
 * REDIS_URL=redis://localhost:6379 node examples/own-client.ts. How to take src/cache along: docs/lift-out.md.
 */
import { Redis } from 'ioredis'
import { createCache } from '../src/cache/cache.ts'

const client = new Redis(process.env.REDIS_URL ?? 'redis://localhost:6379')
const cache = createCache({ redis: { client }, prefix: `example-${process.pid}` })
await cache.start()

const mug = { title: 'Blue mug', price: 1_200 }
let loads = 0
const products = cache.aside('product', {
  tier: 'catalog',
  near: true,
  key: (slug: string) => slug,
  load: async () => {
    loads++
    return { ...mug }
  },
})
await Promise.all(Array.from({ length: 100 }, () => products.get('blue-mug')))
console.log(`100 callers, loads: ${loads}`)

mug.price = 900
await products.invalidate(['blue-mug'])
console.log(`Price after the invalidation: ${(await products.get('blue-mug'))?.price}`)

const rate = await cache.getOrSet('rate:eur', async () => 1.08, { tier: 'realtime' })
console.log(`A one-off key: ${rate}`)

await cache.close()
await client.quit()
