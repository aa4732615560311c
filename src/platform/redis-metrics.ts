/** Redis' own figures, asked for at each scrape. While Redis is away, a gauge is NaN and a count stays. */
import type { RedisUsage } from '../cache/redis/connection.ts'
import { metricNames } from './metric-names.ts'
import type { Metrics } from './metrics.ts'

export function observeRedis(usage: () => Promise<RedisUsage>, metrics: Metrics): void {
  const gauge = (name: string, help: string, field: keyof RedisUsage) =>
    metrics.gauge(name, help, [], async (figure) => {
      const now = await usage().catch(() => undefined)
      figure.set(now?.[field] ?? Number.NaN)
    })
  gauge(metricNames.redisMemoryUsed, 'Memory Redis uses.', 'usedBytes')
  gauge(metricNames.redisMemoryPeak, 'The most memory Redis has used.', 'peakBytes')
  metrics.counter(metricNames.redisEvicted, 'Keys Redis removed to stay within its memory.', [], () =>
    usage().then(
      ({ evictedKeys }) => evictedKeys,
      () => undefined,
    ),
  )
}
