/** The lower half of the Cache dashboard: whether its answers can be trusted, and how it is itself. */
import { slos } from '../../load-tests/config/slos.ts'
import { metricNames as names } from '../../src/platform/metric-names.ts'
import { graph } from './panels.ts'
import { picked, quantile, sumRate } from './promql.ts'

/** A selector of the series of the caches that are picked. */
type Of = (name: string, ...matchers: string[]) => string

export const freshness = (of: Of) => [
  graph({
    title: 'Invalidations',
    description:
      'By whom: the mutation itself, the relay (outbox) for what it was not, another process (tracking), an admin. Good: mostly mutation; much outbox means changes by SQL, or processes that die.',
    unit: 'ops',
    queries: { '{{source}}': sumRate(picked(names.cacheInvalidations), 'source') },
  }),
  graph({
    title: 'Invalidation lag',
    description: `From a change in Postgres to the caches following it, for changes that the relay saw to. Good: p99 below ${slos.invalidationLag.seconds} s.`,
    unit: 's',
    bad: { from: slos.invalidationLag.seconds },
    queries: {
      p50: quantile(0.5, picked(`${names.cacheInvalidationLag}_bucket`)),
      p99: quantile(0.99, picked(`${names.cacheInvalidationLag}_bucket`)),
    },
  }),
  graph({
    title: 'Outbox',
    description:
      'Changes that no cache has followed yet, and the age of the oldest. Good: near 0. Both rise while Redis is away; with Redis there, the relay is stuck.',
    unit: 'short',
    queries: {
      'pending changes': `max(${picked(names.outboxPending)} >= 0)`,
      'oldest, s': `max(${picked(names.outboxOldest)} >= 0)`,
    },
  }),
  graph({
    title: 'Fills refused',
    description:
      'Loaded values that were not stored: fenced (invalidated while they were loaded), older (something newer was there), unencodable (a mistake in the program). Good: some fenced and older are the mechanism at work; never unencodable.',
    unit: 'ops',
    width: 12,
    atLeast: 1,
    queries: { '{{reason}}': sumRate(of(names.cacheFillsRefused), 'reason') },
  }),
  graph({
    title: 'Stale answers by reason',
    description:
      'Past their time, within their grace: error (the load failed), contended (another is loading), overload (too many loads). Good: 0, or contended for a moment.',
    unit: 'ops',
    width: 12,
    atLeast: 1,
    queries: { '{{reason}}': sumRate(of(names.cacheStale), 'reason') },
  }),
  graph({
    title: 'Consistency checks',
    description:
      'Keys that changed and were compared with Postgres, by how long after the change. Good: follows the writes, up to CONSISTENCY_SAMPLES_PER_SECOND in each process; at 0 nobody looks.',
    unit: 'ops',
    width: 12,
    queries: { 'after {{age}} s': sumRate(of(names.consistencyChecks), 'age') },
  }),
  graph({
    title: 'Inconsistencies',
    description:
      'Of these, those where a cache was older than Postgres. Good: 0. Some after 0.1 s are changes by SQL on their way; after 10 s it is a lie that stays: CacheInconsistent.',
    unit: 'ops',
    width: 12,
    atLeast: 1,
    queries: { 'after {{age}} s': sumRate(of(names.inconsistencies), 'age') },
  }),
]

export const health = (of: Of) => [
  graph({
    title: 'Breaker and tracking',
    description:
      'Breaker: 0 Redis is asked, 1 by one probe, 2 not at all. Tracking: 1 changes elsewhere are heard of, 0 near caches are bypassed. Good: 0 and 1.',
    unit: 'short',
    max: 2,
    width: 8,
    queries: {
      'breaker {{instance}}': picked(names.cacheBreaker),
      'tracking {{instance}}': picked(names.cacheTracking),
    },
  }),
  graph({
    title: 'Redis errors',
    description: 'Commands that failed or were too slow, by what they were for. Good: 0.',
    unit: 'ops',
    width: 8,
    queries: { '{{op}}': sumRate(of(names.cacheErrors), 'op') },
  }),
  graph({
    title: 'Unreadable payloads',
    description:
      'Entries that could not be decoded: each is one load, and healed. Good: 0; some after a deployment that changed a shape without its schema number.',
    unit: 'ops',
    width: 8,
    atLeast: 1,
    queries: { '{{cache}}': sumRate(of(names.cacheDecodeErrors), 'cache') },
  }),
  graph({
    title: 'Near caches',
    description: 'Bytes in the near caches of each process. Good: well below their bound (64 MB each), and level.',
    unit: 'bytes',
    width: 8,
    queries: { '{{instance}}': picked(names.cacheNearBytes) },
  }),
  graph({
    title: 'Redis memory',
    description: 'Used, and the most it was. Good: below maxmemory. No line: Redis is away.',
    unit: 'bytes',
    width: 8,
    queries: {
      used: `max(${picked(names.redisMemoryUsed)} >= 0)`,
      peak: `max(${picked(names.redisMemoryPeak)} >= 0)`,
    },
  }),
  graph({
    title: 'Evictions',
    description: 'Keys that Redis removed to stay within maxmemory. Good: 0; else it is too small for what is cached.',
    unit: 'ops',
    width: 8,
    atLeast: 1,
    queries: { evicted: `max(rate(${picked(names.redisEvicted)}[$__rate_interval]))` },
  }),
]
