/** Analytics, put together: the only file of this folder that others import. */
import type { Cache } from '../cache/cache.ts'
import type { Clock } from '../cache/clock.ts'
import type { Switches } from '../cache/switches.ts'
import type { Database } from '../platform/db.ts'
import type { Log } from '../platform/logging.ts'
import type { Metrics } from '../platform/metrics.ts'
import { createAnalyticsCaches } from './caches.ts'
import { createKeepWarm } from './keep-warm.ts'
import { createAnalyticsRepository } from './repository.ts'
import { createPruning, createViewRepository } from './repository.views.ts'
import { analyticsRest } from './rest.ts'
import { type AnalyticsRouterDeps, createAnalyticsRouter } from './router.ts'
import { createViews } from './views.ts'

export interface ViewCountingDeps {
  db: Database
  clock: Clock
  metrics: Metrics
  log: Log
}

/** Counting what is looked at. By itself, since the catalog tells it, and analytics asks the catalog. */
export function createViewCounting({ db, clock, metrics, log }: ViewCountingDeps) {
  const { add, popular } = createViewRepository(db)
  return { ...createViews({ add, metrics, log }), popular, chore: createPruning(clock.now) }
}

export interface AnalyticsDeps extends Omit<AnalyticsRouterDeps, 'caches'> {
  db: Database
  cache: Cache
  switches: Switches
}

export function createAnalytics({ db, cache, switches, ...rest }: AnalyticsDeps) {
  const caches = createAnalyticsCaches(cache, createAnalyticsRepository(db))
  const { look, start, stop } = createKeepWarm([caches.trending, caches.overview])
  return {
    router: createAnalyticsRouter({ ...rest, caches }),
    rest: analyticsRest,
    keepWarm: { look, start: () => (switches.isOn('warming') ? start() : undefined), stop },
  }
}
