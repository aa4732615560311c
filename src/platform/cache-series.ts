/** The cache's metrics: their labels, and the series that are there from the start, at 0. */
import type { InvalidationSource, StoreOperation } from '../cache/events.ts'
import { metricNames } from './metric-names.ts'
import { latencyBuckets, type Metrics } from './metrics.ts'

export type CacheSeries = ReturnType<typeof createCacheSeries>

/** A hit in a Redis on the same machine takes a fraction of a millisecond. */
const readBuckets = [0.0001, 0.00025, ...latencyBuckets]

const sources = ['mutation', 'outbox', 'tracking', 'admin'] satisfies InvalidationSource[]
const operations = [
  ...(['get', 'acquire', 'fill', 'release', 'renew', 'invalidate', 'write', 'tag'] satisfies StoreOperation[]),
]

export function createCacheSeries(metrics: Metrics) {
  const hits = metrics.counter(metricNames.cacheHits, 'Reads answered from a cache.', ['cache', 'tier'])
  const misses = metrics.counter(metricNames.cacheMisses, 'Reads the cache had no answer for.', ['cache'])
  const errors = metrics.counter(metricNames.cacheErrors, 'Redis commands that failed.', ['cache', 'op'])
  const decodeErrors = metrics.counter(metricNames.cacheDecodeErrors, 'Payloads that could not be read.', ['cache'])
  const stale = metrics.counter(metricNames.cacheStale, 'Reads answered with a value past its time.', [
    'cache',
    'reason',
  ])
  const early = metrics.counter(metricNames.cacheEarlyRefreshes, 'Entries refreshed before their expiry.', ['cache'])
  const fillsRefused = metrics.counter(metricNames.cacheFillsRefused, 'Loaded values that were not stored.', [
    'cache',
    'reason',
  ])
  const invalidations = metrics.counter(metricNames.cacheInvalidations, 'Invalidations.', ['cache', 'source'])
  const coalesced = metrics.counter(metricNames.cacheCoalesced, 'Reads that shared a load.', ['cache', 'scope'])
  const loadsRefused = metrics.counter(metricNames.cacheLoadsRefused, 'Loads that would have been one too many.', [
    'cache',
  ])
  const loads = metrics.histogram(
    metricNames.cacheLoads,
    'Time a load took at its source.',
    ['cache', 'outcome'],
    latencyBuckets,
  )
  const waits = metrics.histogram(
    metricNames.cacheWaits,
    'Time spent waiting for another process to load.',
    ['cache'],
    latencyBuckets,
  )
  const reads = metrics.histogram(
    metricNames.cacheReads,
    'Time from asking to the answer, for reads that the near cache did not answer.',
    ['cache', 'outcome'],
    readBuckets,
  )

  // Tags belong to no cache, and are counted under these names.
  for (const source of sources) invalidations.inc({ cache: 'tag', source }, 0)
  for (const op of operations) errors.inc({ cache: 'tags', op }, 0)

  return {
    hits,
    misses,
    errors,
    decodeErrors,
    stale,
    early,
    fillsRefused,
    invalidations,
    coalesced,
    loadsRefused,
    loads,
    waits,
    reads,
    /** From now on all series of `cache` are there, at 0, so that the first event is a rise. What was counted is lost. */
    expose: (cache: string, near: boolean) => {
      for (const tier of near ? ['near', 'redis'] : ['redis']) hits.inc({ cache, tier }, 0)
      for (const counter of [misses, decodeErrors, early, loadsRefused]) counter.inc({ cache }, 0)
      for (const op of operations) errors.inc({ cache, op }, 0)
      for (const reason of ['error', 'contended', 'overload']) stale.inc({ cache, reason }, 0)
      for (const reason of ['fenced', 'older', 'unencodable']) fillsRefused.inc({ cache, reason }, 0)
      for (const source of sources) invalidations.inc({ cache, source }, 0)
      for (const scope of ['process', 'cluster']) coalesced.inc({ cache, scope }, 0)
      for (const outcome of ['found', 'missing', 'error']) loads.zero({ cache, outcome })
      for (const outcome of ['hit', 'miss']) reads.zero({ cache, outcome })
      waits.zero({ cache })
    },
  }
}
