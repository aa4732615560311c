/** Figures of a run in Node: counted, and latencies in histograms (HDR, of Node itself), so that memory stays bounded. */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { Recorder } from '../lib/api.ts'
import type { CacheStatusCounts, Counted, Figures, Percentiles } from '../lib/summary.ts'

const mostSamples = 5
/** Two thousandths at worst. In µs, up to an hour. */
const histogram = () => createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 })

type Collected = Pick<
  Figures,
  | 'requests'
  | 'latencyMs'
  | 'byProcedure'
  | 'errors'
  | 'errorRate'
  | 'errorSamples'
  | 'checks'
  | 'cacheStatus'
  | 'counters'
  | 'times'
>

export interface NodeFigures extends Recorder {
  /** What was recorded before does not count: the warm-up. */
  reset(): void
  failed(what: string): void
  collect(): Collected
}

export function createFigures(): NodeFigures {
  let figures = empty()

  function failed(what: string): void {
    figures.errors++
    if (figures.samples.size < mostSamples) figures.samples.add(what)
  }

  return {
    request: (name, ms, failure, status) => {
      figures.requests++
      figures.cacheStatus[status]++
      put(figures.all, ms)
      put(within(figures.byProcedure, name, histogram), ms)
      if (failure !== undefined) failed(failure)
    },
    check: (name, passes) => {
      within(figures.checks, name, () => ({ passes: 0, fails: 0 }))[passes ? 'passes' : 'fails']++
    },
    count: (name, by) => figures.counters.set(name, (figures.counters.get(name) ?? 0) + by),
    time: (name, ms) => put(within(figures.times, name, histogram), ms),
    failed,
    reset: () => {
      figures = empty()
    },
    collect: () => ({
      requests: figures.requests,
      latencyMs: percentilesOf(figures.all),
      byProcedure: mapped(figures.byProcedure, counted),
      errors: figures.errors,
      errorRate: figures.errors / Math.max(1, figures.requests),
      errorSamples: [...figures.samples],
      checks: Object.fromEntries(figures.checks),
      cacheStatus: figures.cacheStatus,
      counters: Object.fromEntries(figures.counters),
      times: mapped(figures.times, counted),
    }),
  }
}

function empty() {
  return {
    requests: 0,
    errors: 0,
    samples: new Set<string>(),
    all: histogram(),
    byProcedure: new Map<string, RecordableHistogram>(),
    checks: new Map<string, { passes: number; fails: number }>(),
    cacheStatus: { hit: 0, miss: 0, stale: 0, other: 0 } satisfies CacheStatusCounts,
    counters: new Map<string, number>(),
    times: new Map<string, RecordableHistogram>(),
  }
}

function within<T>(map: Map<string, T>, name: string, create: () => T): T {
  const found = map.get(name) ?? create()
  map.set(name, found)
  return found
}

const put = (into: RecordableHistogram, ms: number) => into.record(Math.max(1, Math.round(ms * 1_000)))

function percentilesOf(of: RecordableHistogram): Percentiles {
  if (of.count === 0) return { p50: 0, p95: 0, p99: 0, max: 0 }
  const at = (percentile: number) => of.percentile(percentile) / 1_000
  return { p50: at(50), p95: at(95), p99: at(99), max: of.max / 1_000 }
}

const counted = (of: RecordableHistogram): Counted => ({ count: of.count, ...percentilesOf(of) })

const mapped = <T, R>(map: Map<string, T>, change: (value: T) => R) =>
  Object.fromEntries([...map].sort(([a], [b]) => a.localeCompare(b)).map(([name, value]) => [name, change(value)]))
