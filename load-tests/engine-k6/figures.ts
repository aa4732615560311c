/** Figures as k6 metrics. All are made beforehand, as k6 wants it; what no scenario uses stays empty. */
import { check } from 'k6'
import exec from 'k6/execution'
import { Counter, Rate, Trend } from 'k6/metrics'
import type { Recorder } from '../lib/api.ts'
import { counters, otherRequests, procedures, times } from '../lib/names.ts'

export const summaryTrendStats = ['p(50)', 'p(95)', 'p(99)', 'max', 'count']

export const requestNames = [...procedures, ...otherRequests]

/** A k6 metric's name has letters, digits and underscores. */
export const latencyOf = (name: string) => `latency_${name.replace(/\W+/g, '_').replace(/^_|_$/g, '')}`

export const cacheStatuses = ['hit', 'miss', 'stale', 'other'] as const

export function createFigures() {
  const latency = new Trend('latency', true)
  const latencies = new Map(requestNames.map((name) => [name, new Trend(latencyOf(name), true)]))
  const failed = new Rate('failed')
  const measured = new Counter('measured')
  const answers = new Map(cacheStatuses.map((status) => [status, new Counter(`cache_status_${status}`)]))
  const own = new Map(counters.map((name) => [name, new Counter(name)]))
  const ownTimes = new Map(times.map((name) => [name, new Trend(name, true)]))
  let told = false

  /** The first of each of the first visitors: enough to know what it is. */
  function failure(what: string): void {
    if (!told && exec.vu.idInTest <= 10) console.warn(`failed: ${what}`)
    told = true
  }
  const judgements: Pick<Recorder, 'check' | 'count' | 'time'> = {
    check: (name, passes) => {
      check(null, { [name]: () => passes })
    },
    count: (name, by) => own.get(name)?.add(by),
    time: (name, ms) => ownTimes.get(name)?.add(ms),
  }
  const nothing = () => {}

  return {
    ...judgements,
    request: (name, ms, problem, status) => {
      latency.add(ms)
      latencies.get(name)?.add(ms)
      failed.add(problem !== undefined)
      answers.get(status)?.add(1)
      if (problem !== undefined) failure(problem)
    },
    failed: (what: string) => {
      failed.add(true)
      failure(what)
    },
    iterated: () => measured.add(1),
    /** Of setup and warm-up nothing is kept. */
    quiet: { request: nothing, check: nothing, count: nothing, time: nothing } satisfies Recorder,
    /** Of the teardown, what it found. */
    after: { ...judgements, request: nothing } satisfies Recorder,
  } satisfies Recorder & Record<string, unknown>
}
