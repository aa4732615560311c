import { describe, expect, it } from 'vitest'
import type { Figures } from './summary.ts'
import { evaluate, inK6, type Threshold, usual } from './thresholds.ts'

const figures: Figures = {
  ...{
    scenario: 'a',
    engine: 'node',
    profile: 'smoke',
    seed: 1,
    startedAt: '',
    seconds: 10,
    offered: 10,
    achieved: 10,
  },
  ...{ dropped: 0, iterations: 100, requests: 200, errors: 0, errorRate: 0, errorSamples: [] },
  latencyMs: { p50: 1, p95: 2, p99: 3, max: 4 },
  byProcedure: {},
  checks: { one: { passes: 3, fails: 1 }, two: { passes: 4, fails: 0 } },
  cacheStatus: { hit: 0, miss: 0, stale: 0, other: 0 },
  counters: { loads: 6, expiries: 4 },
  times: { purgeMs: { p50: 1, p95: 2, p99: 51, max: 60, count: 9 } },
}

const judge = (...thresholds: Threshold[]) => evaluate(thresholds, figures).slice(1)

describe('thresholds', () => {
  it.each<[Threshold, number, boolean]>([
    [{ metric: 'latencyMs.p99', most: 3 }, 3, true],
    [{ metric: 'latencyMs.p99', most: 2.9 }, 3, false],
    [{ metric: 'times.purgeMs.p99', most: 50 }, 51, false],
    [{ metric: 'counters.loads', per: 'counters.expiries', most: 1.5 }, 1.5, true],
    [{ metric: 'counters.loads', per: 'counters.expiries', most: 1 }, 1.5, false],
    [{ metric: 'counters.oversold', most: 0 }, 0, true],
    [{ metric: 'counters.granted', least: 1 }, 0, false],
    [{ metric: 'checks', least: 1 }, 7 / 8, false],
  ])('given %j, when judged, then the value is %d and it holds: %s', (threshold, value, ok) => {
    expect(judge(threshold)).toMatchObject([{ value, ok }])
  })

  it('given a run without an iteration, when judged, then it does not pass', () => {
    const [something] = evaluate([], { ...figures, iterations: 0 })
    expect(something).toMatchObject({ value: 0, ok: false })
  })

  it('given a scenario that quotes a percentile, when its thresholds are listed, then dropped arrivals are one', () => {
    expect(usual()).toContainEqual({ metric: 'dropped', most: 0 })
  })

  it('given thresholds, when told to k6, then they are in its words, without those that have none', () => {
    const own: Threshold[] = [
      { metric: 'times.purgeMs.p99', most: 50 },
      { metric: 'counters.loads', per: 'counters.expiries', most: 2 },
      { metric: 'counters.edits', least: 1 },
    ]
    expect(inK6([...usual({ p99Ms: 250 }), ...own])).toEqual({
      measured: ['count>=1'],
      checks: ['rate>=1'],
      failed: ['rate<=0.001'],
      'dropped_iterations{scenario:main}': ['count<=0'],
      latency: ['p(99)<=250'],
      purgeMs: ['p(99)<=50'],
      edits: ['count>=1'],
    })
  })
})
