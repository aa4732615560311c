/** Cache: what it saves, how fast it is, how it keeps from stampedes, how fresh it is, and how it is itself. */
import { slos } from '../../load-tests/config/slos.ts'
import { metricNames as names } from '../../src/platform/metric-names.ts'
import { freshness, health } from './cache-trust.ts'
import { dashboard } from './dashboard.ts'
import { figure, graph } from './panels.ts'
import { app, picked, quantile, sumRate } from './promql.ts'

const cache = 'cache=~"$cache"'
const of = (name: string, ...matchers: string[]) => picked(name, cache, ...matchers)

const hits = (by = '') => sumRate(of(names.cacheHits), by)
const misses = (by = '') => sumRate(of(names.cacheMisses), by)
/** Those who shared a load in the process; those across processes are misses as well. */
const joined = (by = '') => sumRate(of(names.cacheCoalesced, 'scope="process"'), by)
const reads = (by = '') => `(${hits(by)} + ${misses(by)} + ${joined(by)})`
const loads = (by = '') => sumRate(of(`${names.cacheLoads}_count`), by)

const spread = (name: string, ...matchers: string[]) => {
  const buckets = of(`${name}_bucket`, ...matchers)
  return { p50: quantile(0.5, buckets), p95: quantile(0.95, buckets), p99: quantile(0.99, buckets) }
}

export const cacheDashboard = dashboard({
  uid: 'cache',
  title: 'Cache',
  description: 'What the cache does for readers and for Postgres, and what it does not.',
  variables: { cache: { label: 'Cache', series: app(names.cacheMisses) } },
  rows: {
    'What it saves': [
      figure({
        title: 'Hit ratio',
        description: `The part of reads that a cache answered. Good: ${slos.hitRatio * 100} % or more once it is warm; low after a flush, and in CACHE_MODE=off.`,
        unit: 'percentunit',
        max: 1,
        bad: { from: slos.hitRatio, below: true },
        queries: { 'hit ratio': `${hits()} / ${reads()}` },
      }),
      figure({
        title: 'Reads',
        description: 'Values asked for a second; a list of twenty products is twenty-one. Good: follows the traffic.',
        unit: 'ops',
        queries: { reads: reads() },
      }),
      figure({
        title: 'Loads avoided',
        description: 'Reads that were no load: hits, and those who shared one. Good: nearly all reads.',
        unit: 'ops',
        queries: { avoided: `clamp_min(${reads()} - ${loads()}, 0)` },
      }),
      figure({
        title: 'Loads',
        description:
          'Questions that the caches put to Postgres. Good: few, and steady; a jump is a stampede or a flush.',
        unit: 'ops',
        queries: { loads: loads() },
      }),
      figure({
        title: 'Time saved',
        description:
          'Seconds of loading a second that hits made unnecessary, at the average time of a load. Good: the more, the better; near 0 the cache is not worth it.',
        unit: 's',
        queries: {
          saved: `${hits()} * ${sumRate(of(`${names.cacheLoads}_sum`), '', '10m')} / ${sumRate(of(`${names.cacheLoads}_count`), '', '10m')}`,
        },
      }),
      figure({
        title: 'Stale answers',
        description: 'Reads answered with a value past its time, since nothing better was to be had. Good: 0.',
        unit: 'ops',
        queries: { stale: sumRate(of(names.cacheStale)) },
      }),
      graph({
        title: 'Outcomes by tier',
        description:
          'Reads a second by what answered them: this process (near), Redis, another’s load (coalesced), a load of their own (miss). Good: mostly near and redis.',
        unit: 'ops',
        width: 12,
        stacked: true,
        queries: { '{{tier}}': hits('tier'), coalesced: joined(), miss: misses() },
      }),
      graph({
        title: 'Hit ratio by cache',
        description: `Good: ${slos.hitRatio * 100} % or more for products, trees and prices; less for lists and searches, of which there are too many to keep.`,
        unit: 'percentunit',
        max: 1,
        width: 12,
        queries: { '{{cache}}': `${hits('cache')} / (${reads('cache')} > 0)` },
      }),
    ],
    'How fast': [
      graph({
        title: 'Hit',
        description:
          'From asking to the answer from Redis; what the near cache answers takes a microsecond and is not measured. Good: p95 of about a millisecond. Slower than a load: Redis is busy or far.',
        unit: 's',
        queries: spread(names.cacheReads, 'outcome="hit"'),
      }),
      graph({
        title: 'Miss',
        description:
          'From asking to the answer for reads that missed: Redis, then the load, or the wait for another’s. Good: a load and some ms.',
        unit: 's',
        queries: spread(names.cacheReads, 'outcome="miss"'),
      }),
      graph({
        title: 'Load',
        description: 'Time a load took at its source. Good: what the queries take; when it rises, Postgres is busy.',
        unit: 's',
        queries: spread(names.cacheLoads),
      }),
      graph({
        title: 'p95 of loads by cache',
        description:
          'Good: below 50 ms. What loads in less than a millisecond need not be cached (cache.report says so).',
        unit: 's',
        width: 12,
        queries: { '{{cache}}': `${quantile(0.95, of(`${names.cacheLoads}_bucket`), 'cache')} >= 0` },
      }),
      graph({
        title: 'Loads by cache',
        description: 'Good: even. Peaks at regular intervals are keys that expire together: jitter is switched off.',
        unit: 'ops',
        width: 12,
        queries: { '{{cache}}': `${loads('cache')} > 0` },
      }),
    ],
    'No stampedes': [
      graph({
        title: 'Coalesced',
        description:
          'Reads that shared a load, with others in the process or with another process. Good: rises with the traffic on cold keys, while loads do not.',
        unit: 'ops',
        width: 5,
        queries: { '{{scope}}': sumRate(of(names.cacheCoalesced), 'scope') },
      }),
      graph({
        title: 'Waits',
        description:
          'Time spent waiting for another process to load. Good: no longer than a load. At the load’s timeout: the holder died, or Postgres hangs.',
        unit: 's',
        width: 5,
        queries: spread(names.cacheWaits),
      }),
      graph({
        title: 'Early refreshes',
        description:
          'Busy entries that were loaded anew before they expired, so that nobody waited. Good: some, for busy keys; none when nothing expires.',
        unit: 'ops',
        width: 7,
        queries: { '{{cache}}': sumRate(of(names.cacheEarlyRefreshes), 'cache') },
      }),
      graph({
        title: 'Loads refused',
        description:
          'Loads that would have been one too many at once: the reader got a stale value, or a 503. Good: 0. Above it: Redis is away or empty, and the cap protects Postgres.',
        unit: 'ops',
        width: 7,
        atLeast: 1,
        queries: { '{{cache}}': sumRate(of(names.cacheLoadsRefused), 'cache') },
      }),
    ],
    'How fresh': freshness(of),
    'Its own health': health(of),
  },
})
