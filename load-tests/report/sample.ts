/** A comparison of made-up numbers, for the tests of the reports. */
import type { Summary } from '../lib/summary.ts'
import type { Comparison, Row, Run } from './comparison.ts'
import { figuresOf, type Reading } from './figures.ts'

export const began = Date.parse('2026-11-25T05:00:00.000Z')

export const summary: Summary = {
  scenario: 'catalog-read',
  engine: 'node',
  profile: 'average',
  seed: 7,
  startedAt: new Date(began).toISOString(),
  seconds: 4,
  offered: 100,
  achieved: 99.5,
  dropped: 0,
  iterations: 400,
  requests: 400,
  latencyMs: { p50: 2.04, p95: 20, p99: 45.4, max: 80 },
  byProcedure: {},
  errors: 2,
  errorRate: 0.005,
  errorSamples: [],
  checks: { 'a list has items': { passes: 399, fails: 1 }, 'all is well': { passes: 1, fails: 0 } },
  cacheStatus: { hit: 0, miss: 0, stale: 0, other: 400 },
  counters: { staleReads: 3 },
  times: {},
  thresholds: [
    { name: 'dropped ≤ 0', value: 0, limit: 0, ok: true },
    { name: 'errorRate ≤ 0.001', value: 0.005, limit: 0.001, ok: false },
  ],
}

/** One a second, from two seconds before the measure to one after it, with these hits out of a hundred reads a second. */
export function readingsWith(
  hitsOf: (second: number) => number,
  more: (second: number) => Partial<Reading> = () => ({}),
) {
  let [hits, misses] = [0, 0]
  return Array.from({ length: 8 }, (_, index): Reading => {
    const second = index - 2
    hits += hitsOf(second)
    misses += 100 - hitsOf(second)
    return {
      at: began + second * 1_000,
      requests: 100 * index,
      hits,
      misses,
      loads: misses,
      stale: 0,
      statements: 50 * index,
      atOnce: 1,
      cpuSeconds: 0.1 * index,
      redisBytes: 2 ** 20,
      residentBytes: 100 * 2 ** 20,
      nearBytes: 2 ** 20,
      breakers: 0,
      ...more(second),
    }
  })
}

export function comparisonOf(...variants: string[]): Comparison {
  const run: Run = {
    round: 1,
    summary,
    readings: readingsWith(() => 90),
    happenings: [{ at: began + 2_000, what: 'redis-flush' }],
    statements: [{ calls: 200, ms: 50.4, text: 'SELECT <1>' }],
  }
  const rows = variants.map(
    (variant): Row => ({ variant, figures: figuresOf(summary, run.readings, run.happenings), runs: [run] }),
  )
  return { title: 'A <b>title</b>', story: ['What it is about.'], manifest: { Date: 'today', Seed: '7' }, rows }
}
