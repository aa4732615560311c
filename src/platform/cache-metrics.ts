/** Turns the cache's events into metrics and log lines. */
import type { Cache } from '../cache/cache.ts'
import type { RedisUsage } from '../cache/connection.ts'
import type { Log } from './logging.ts'
import { latencyBuckets, type Metrics } from './metrics.ts'

const breakerStates = { closed: 0, 'half-open': 1, open: 2 }

export function observeCache(cache: Cache, metrics: Metrics, log: Log): void {
  const hits = metrics.counter('cache_hits_total', 'Reads answered from a cache.', ['cache', 'tier'])
  const misses = metrics.counter('cache_misses_total', 'Reads the cache had no answer for.', ['cache'])
  const errors = metrics.counter('cache_errors_total', 'Redis commands that failed.', ['cache', 'op'])
  const decodeErrors = metrics.counter('cache_decode_errors_total', 'Payloads that could not be read.', ['cache'])
  const stale = metrics.counter('cache_stale_total', 'Reads answered with a value past its time.', ['cache', 'reason'])
  const early = metrics.counter('cache_early_refreshes_total', 'Entries refreshed before their expiry.', ['cache'])
  const refused = metrics.counter('cache_fills_refused_total', 'Loaded values that were not stored.', [
    'cache',
    'reason',
  ])
  const invalidations = metrics.counter('cache_invalidations_total', 'Invalidations.', ['cache', 'source'])
  const coalesced = metrics.counter('cache_loads_coalesced_total', 'Reads that shared a load.', ['cache', 'scope'])
  const duration = (name: string, help: string, labels: string[]) =>
    metrics.histogram(name, help, labels, latencyBuckets)
  const loads = duration('cache_load_duration_seconds', 'Time a load took at its source.', ['cache', 'outcome'])
  const waits = duration('cache_wait_duration_seconds', 'Time spent waiting for another process to load.', ['cache'])
  metrics.gauge('cache_near_bytes', 'Bytes in the near caches.', [], (gauge) => gauge.set(cache.nearBytes()))
  metrics.gauge('cache_breaker_state', 'Whether Redis is asked: 0 yes, 1 by one probe, 2 no.', [], (gauge) =>
    gauge.set(breakerStates[cache.breakerState()]),
  )
  // Near hits are by far the most frequent event: they are counted in plain numbers, and exposed at each scrape.
  const nearHits = new Map<string, { count: number; exposed: number }>()
  metrics.beforeScrape(() => {
    for (const [name, hit] of nearHits) {
      hits.inc({ cache: name, tier: 'near' }, hit.count - hit.exposed)
      hit.exposed = hit.count
    }
  })

  cache.events.on((event) => {
    switch (event.type) {
      case 'near-hit': {
        const hit = nearHits.get(event.cache)
        if (hit) hit.count++
        else nearHits.set(event.cache, { count: 1, exposed: 0 })
        return
      }
      case 'hit':
        return hits.inc({ cache: event.cache, tier: 'redis' })
      case 'miss':
        return misses.inc({ cache: event.cache })
      case 'coalesced':
        return coalesced.inc({ cache: event.cache, scope: event.scope })
      case 'load':
        return loads.observe({ cache: event.cache, outcome: event.outcome }, event.durationMs / 1_000)
      case 'waited':
        return waits.observe({ cache: event.cache }, event.durationMs / 1_000)
      case 'stale-served':
        return stale.inc({ cache: event.cache, reason: event.reason })
      case 'early-refresh':
        return early.inc({ cache: event.cache })
      case 'fill-refused':
        return refused.inc({ cache: event.cache, reason: event.reason })
      case 'invalidated':
        log.debug({ event }, 'cache invalidated')
        return invalidations.inc({ cache: event.cache, source: event.source })
      case 'decode-error':
        log.warn({ cache: event.cache, err: event.error }, 'cache payload could not be read')
        return decodeErrors.inc({ cache: event.cache })
      case 'store-error':
        log.debug({ cache: event.cache, op: event.op, err: event.error }, 'redis command failed')
        return errors.inc({ cache: event.cache, op: event.op })
      case 'breaker':
        return log.warn({ state: event.state }, 'redis circuit breaker')
      case 'tracking':
        return log.info({ state: event.state }, 'client-side tracking')
      case 'stranger':
        return log.warn('another redis than before: what it has is void')
      case 'flushed':
        return log.warn('redis was flushed')
    }
  })
}

/** Redis' own figures, asked for at each scrape. While Redis is away, a gauge is NaN and a count stays. */
export function observeRedis(usage: () => Promise<RedisUsage>, metrics: Metrics): void {
  const gauge = (name: string, help: string, field: keyof RedisUsage) =>
    metrics.gauge(name, help, [], async (figure) => {
      const now = await usage().catch(() => undefined)
      figure.set(now?.[field] ?? Number.NaN)
    })
  gauge('redis_memory_used_bytes', 'Memory Redis uses.', 'usedBytes')
  gauge('redis_memory_peak_bytes', 'The most memory Redis has used.', 'peakBytes')
  metrics.counter('redis_evicted_keys_total', 'Keys Redis removed to stay within its memory.', [], () =>
    usage().then(
      ({ evictedKeys }) => evictedKeys,
      () => undefined,
    ),
  )
}
