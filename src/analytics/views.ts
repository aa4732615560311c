/**
 * Counting views: in memory, and written every few seconds as one statement. A read never waits for it, and a thousand
 * reads are one write. What could not be written is kept and tried again; what a killed process had counted is lost.
 */
import type { Log } from '../platform/logging.ts'
import { metricNames } from '../platform/metric-names.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { ViewRepository } from './repository.views.ts'

export interface Views {
  count(productId: string): void
  /** Writes what was counted, now. Never rejects. */
  flush(): Promise<void>
  start(): void
  /** Writes what is left; says in the log what could not be written. */
  stop(): Promise<void>
}

export interface ViewDeps {
  add: ViewRepository['add']
  metrics: Metrics
  log: Log
  /** How often to write, ms. */
  everyMs?: number
  /** Products that are counted at once. The views of others are only counted in a metric. */
  maxProducts?: number
}

export function createViews({ add, metrics, log, everyMs = 3_000, maxProducts = 10_000 }: ViewDeps): Views {
  const total = metrics.counter(metricNames.views, 'Views of products: stored, or dropped.', ['outcome'])
  for (const outcome of ['stored', 'dropped']) total.inc({ outcome }, 0)
  let counts = new Map<string, number>()
  let writing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const put = (id: string, views: number) => {
    const before = counts.get(id)
    if (before === undefined && counts.size >= maxProducts) return total.inc({ outcome: 'dropped' }, views)
    counts.set(id, (before ?? 0) + views)
  }

  async function write(): Promise<void> {
    const some = counts
    counts = new Map()
    try {
      await add(some)
      total.inc({ outcome: 'stored' }, sum(some))
    } catch (err) {
      for (const [id, views] of some) put(id, views)
      log.warn({ err, products: some.size }, 'views could not be written, and are kept')
    } finally {
      writing = undefined
    }
  }

  const flush = async () => {
    await writing
    if (counts.size === 0) return
    writing ??= write()
    await writing
  }

  return {
    count: (productId) => put(productId, 1),
    flush,
    start: () => {
      timer ??= setInterval(() => writing ?? void flush(), everyMs)
      timer.unref()
    },
    stop: async () => {
      clearInterval(timer)
      await flush()
      if (counts.size > 0) await flush() // once more: nothing else will
      if (counts.size > 0) log.error({ views: sum(counts), products: counts.size }, 'views are lost')
    },
  }
}

const sum = (counts: ReadonlyMap<string, number>) => counts.values().reduce((total, views) => total + views, 0)
