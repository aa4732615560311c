/** Turns the cache's events into metrics and log lines. */
import type { Cache } from '../cache/cache.ts'
import type { CacheEvent } from '../cache/events.ts'
import { type CacheSeries, createCacheSeries } from './cache-series.ts'
import type { Log } from './logging.ts'
import { metricNames } from './metric-names.ts'
import type { Metrics } from './metrics.ts'

const breakerStates = { closed: 0, 'half-open': 1, open: 2 }

/** Gives the function that exposes all series of the caches declared so far, at 0: to be called before any is used. */
export function observeCache(cache: Cache, metrics: Metrics, log: Log): () => void {
  const series = createCacheSeries(metrics)
  metrics.gauge(metricNames.cacheNearBytes, 'Bytes in the near caches.', [], (gauge) => gauge.set(cache.nearBytes()))
  metrics.gauge(metricNames.cacheBreaker, 'Whether Redis is asked: 0 yes, 1 by one probe, 2 no.', [], (gauge) =>
    gauge.set(breakerStates[cache.breakerState()]),
  )
  const tracking = metrics.gauge(metricNames.cacheTracking, 'Whether changes elsewhere are heard of: 1 yes, 0 no.')
  tracking.set(0)
  const nearHit = countHits('near', series, metrics)
  const redisHit = countHits('redis', series, metrics)
  const debugging = log.isLevelEnabled('debug')
  cache.events.on((event) => {
    if (debugging) logAtDebug(event, log)
    switch (event.type) {
      case 'near-hit':
        return nearHit(event.cache)
      case 'hit':
        redisHit(event.cache)
        return series.reads.observe({ cache: event.cache, outcome: 'hit' }, event.durationMs / 1_000)
      case 'miss':
        return series.misses.inc({ cache: event.cache })
      case 'missed':
        return series.reads.observe({ cache: event.cache, outcome: 'miss' }, event.durationMs / 1_000)
      case 'coalesced':
        return series.coalesced.inc({ cache: event.cache, scope: event.scope })
      case 'load':
        return series.loads.observe({ cache: event.cache, outcome: event.outcome }, event.durationMs / 1_000)
      case 'overloaded':
        return series.loadsRefused.inc({ cache: event.cache })
      case 'waited':
        return series.waits.observe({ cache: event.cache }, event.durationMs / 1_000)
      case 'stale-served':
        return series.stale.inc({ cache: event.cache, reason: event.reason })
      case 'early-refresh':
        return series.early.inc({ cache: event.cache })
      case 'fill-refused':
        return series.fillsRefused.inc({ cache: event.cache, reason: event.reason })
      case 'invalidated':
        return series.invalidations.inc({ cache: event.cache, source: event.source })
      case 'decode-error':
        log.warn({ cache: event.cache, err: event.error }, 'cache payload could not be read')
        return series.decodeErrors.inc({ cache: event.cache })
      case 'store-error':
        return series.errors.inc({ cache: event.cache, op: event.op })
      case 'breaker':
        return log.warn({ state: event.state }, 'redis circuit breaker')
      case 'tracking':
        tracking.set(event.state === 'on' ? 1 : 0)
        return log.info({ state: event.state }, 'client-side tracking')
      case 'stranger':
        return log.warn('another redis than before: what it has is void')
      case 'flushed':
        return log.warn('redis was flushed')
    }
  })
  return () => {
    for (const { cache: name, near } of cache.declarations()) series.expose(name, near)
  }
}

/** All but hits, of which there are too many. An event has no key: nothing that is told here is secret. */
function logAtDebug(event: CacheEvent, log: Log): void {
  if (event.type === 'near-hit' || event.type === 'hit') return
  if ('error' in event) {
    const { error: err, ...rest } = event
    log.debug({ event: rest, err }, 'cache event')
  } else log.debug({ event }, 'cache event')
}

/** Hits are by far the most frequent events: they are counted in plain numbers, and exposed at each scrape. */
function countHits(tier: 'near' | 'redis', { hits }: CacheSeries, metrics: Metrics): (cache: string) => void {
  const counts = new Map<string, { count: number; exposed: number }>()
  metrics.beforeScrape(() => {
    for (const [name, hit] of counts) {
      hits.inc({ cache: name, tier }, hit.count - hit.exposed)
      hit.exposed = hit.count
    }
  })
  return (cache) => {
    const hit = counts.get(cache)
    if (hit) hit.count++
    else counts.set(cache, { count: 1, exposed: 0 })
  }
}
