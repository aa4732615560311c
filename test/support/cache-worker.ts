/** A process with a cache of its own, for tests across processes: node cache-worker.ts <url> <prefix> <load ms>. */
import { createCache } from '../../src/cache/cache.ts'
import { connectRedis } from '../../src/cache/redis/connection.ts'

export type Order = { do: 'read'; key: string; callers: number } | { do: 'exit' }
export type Report =
  | { type: 'ready' }
  | { type: 'loading' }
  | { type: 'done'; loads: number; values: string[]; lastMs: number }

const [url = '', prefix = '', loadMs = '0'] = process.argv.slice(2)
const redis = connectRedis({ url, timeoutMs: 2_000 })
await redis.waitUntilUp(10_000)
const cache = createCache({ redis, prefix })
let loads = 0
const things = cache.aside('thing', {
  tier: 'catalog',
  key: (key: string) => key,
  load: async (key) => {
    loads++
    report({ type: 'loading' })
    await new Promise((resolve) => setTimeout(resolve, Number(loadMs)))
    return `${key} by ${process.pid}`
  },
})
await cache.start()

process.on('message', async (order: Order) => {
  if (order.do === 'exit') {
    await cache.close()
    await redis.close()
    return process.disconnect()
  }
  loads = 0
  const started = performance.now()
  let lastMs = 0
  const one = async () => {
    const value = await things.get(order.key)
    lastMs = Math.max(lastMs, performance.now() - started)
    return String(value)
  }
  const values = await Promise.all(Array.from({ length: order.callers }, one))
  report({ type: 'done', loads, values: [...new Set(values)], lastMs })
})
report({ type: 'ready' })

function report(message: Report): void {
  process.send?.(message)
}
