/** What the consistency checker finds, as metrics and log lines. Of a key only its hash: some are secrets. */
import { createHash } from 'node:crypto'
import type { Cache } from '../cache/cache.ts'
import { ages } from '../cache/insight/inconsistency.ts'
import type { Log } from './logging.ts'
import { metricNames } from './metric-names.ts'
import type { Metrics } from './metrics.ts'

export function observeConsistency(cache: Pick<Cache, 'events' | 'compared'>, metrics: Metrics, log: Log): void {
  const labels = ['cache', 'age'] as const
  const checks = metrics.counter(
    metricNames.consistencyChecks,
    'Keys that were compared with their source, so many seconds after a change.',
    labels,
  )
  const found = metrics.counter(metricNames.inconsistencies, 'Of these, those where the cache was older.', labels)
  // All are there from the start: a rate needs a zero to begin with.
  let known = 0
  metrics.beforeScrape(() => {
    const names = cache.compared()
    if (names.length === known) return
    known = names.length
    for (const name of names) {
      for (const age of ages) for (const counter of [checks, found]) counter.inc({ cache: name, age }, 0)
    }
  })
  cache.events.on((event) => {
    if (event.type !== 'compared') return
    const where = { cache: event.cache, age: event.age }
    checks.inc(where)
    if (!event.inconsistency) return
    found.inc(where)
    const { key, path, cached, source } = event.inconsistency
    log.error({ ...where, keyHash: keyHash(key), path, cached, source }, 'a cache is older than its source')
  })
}

/** Of `cache.inspect`'s key. */
export const keyHash = (key: string): string => createHash('sha256').update(key).digest('base64url').slice(0, 16)
