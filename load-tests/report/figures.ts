/** What one run of one variant comes to: the engine's summary, and the server's counters over the measured time. */
import type { Summary } from '../lib/summary.ts'

/** Counters at one moment, summed over the processes. */
export interface Reading {
  /** ms since 1970. */
  at: number
  requests: number
  hits: number
  misses: number
  loads: number
  stale: number
  statements: number
  /** At this very moment: asked of Postgres, or waiting for a connection to be asked. */
  atOnce: number
  cpuSeconds: number
  redisBytes: number
  residentBytes: number
  /** Kept in the processes themselves. */
  nearBytes: number
  /** Of the circuit breakers: 0 when every process asks Redis. */
  breakers: number
}

/** Something that was done to the databases, and when: ms since 1970. */
export interface Happening {
  at: number
  what: string
}

export interface Figures {
  offered: number
  achieved: number
  dropped: number
  /** Arrivals a second at which the first of them found all visitors busy; in a breakpoint only. */
  brokeAt: number
  p50: number
  p95: number
  p99: number
  /** How late the generator itself was, the 99th percentile, ms; only the Node engine knows. */
  lateP99: number
  errors: number
  errorRate: number
  /** Statements of Postgres for a request; all of the application's, background work too. */
  statementsPerRequest: number
  /** The most of them in a second, between any two readings. */
  peakStatements: number
  /** The most of them at the same time in any reading, those that waited for a connection included. */
  mostAtOnce: number
  loads: number
  hitRatio: number
  /** Of the application's processes, ms. */
  cpuMsPerRequest: number
  /** Of the key that was taken out again and again. */
  loadsPerExpiry: number
  /** From the acknowledgement of a change until it was read, the 99th percentile, ms. */
  purgeP99: number
  staleReads: number
  lost: number
  oversold: number
  /** At the end, bytes. */
  redisBytes: number
  /** Kept in the processes at the end. */
  nearBytes: number
  residentBytes: number
  /** From the beginning of the measure to its end. */
  residentGrowth: number
  /** s from the last repair until Redis is asked again and the hit ratio is nearly what it was; NaN without a fault. */
  recoverySeconds: number
}

/** Of the same figure in several rounds, the middle one. */
export function medianFigures(rounds: readonly Figures[]): Figures {
  const [first] = rounds
  if (!first) throw new Error('There is no round to take the median of.')
  const names = Object.keys(first) as (keyof Figures)[]
  return Object.fromEntries(
    names.map((name) => [name, median(rounds.map((round) => round[name]))]),
  ) as unknown as Figures
}

/** A counter that was never counted up is not in a summary: where one variant has it, it is 0 for the others. */
export function countsTogether<T extends { figures: Figures }>(rows: readonly T[]): T[] {
  const counts = (['staleReads', 'lost', 'oversold'] as const).filter((name) =>
    rows.some(({ figures }) => !Number.isNaN(figures[name])),
  )
  return rows.map((row) => {
    const counted = Object.fromEntries(counts.map((name) => [name, row.figures[name] || 0]))
    return { ...row, figures: { ...row.figures, ...counted } }
  })
}

export function figuresOf(summary: Summary, readings: readonly Reading[], happenings: readonly Happening[]): Figures {
  const { first, last } = measured(summary, readings)
  const grown = (name: Exclude<keyof Reading, 'at' | 'atOnce'>) => last[name] - first[name]
  const each = (total: number) => (grown('requests') > 0 ? total / grown('requests') : Number.NaN)
  const { p50, p95, p99 } = summary.latencyMs
  const within = readings.filter(({ at }) => at >= first.at && at <= last.at)
  return {
    offered: summary.offered,
    achieved: summary.achieved,
    dropped: summary.dropped,
    brokeAt: summary.brokeAtRate ?? Number.NaN,
    p50,
    p95,
    p99,
    lateP99: summary.times.lateMs?.p99 ?? Number.NaN,
    errors: summary.errors,
    errorRate: summary.errorRate,
    statementsPerRequest: each(grown('statements')),
    peakStatements: peakStatements(within),
    mostAtOnce: Math.max(...within.map(({ atOnce }) => atOnce)),
    loads: grown('loads'),
    hitRatio: ratio(grown('hits'), grown('misses')),
    cpuMsPerRequest: each(grown('cpuSeconds') * 1_000),
    loadsPerExpiry: (summary.counters.loads ?? Number.NaN) / (summary.counters.expiries ?? Number.NaN),
    purgeP99: summary.times.purgeMs?.p99 ?? Number.NaN,
    staleReads: summary.counters.staleReads ?? Number.NaN,
    lost: summary.counters.lost ?? Number.NaN,
    oversold: summary.counters.oversold ?? Number.NaN,
    redisBytes: last.redisBytes || readings.findLast(({ redisBytes }) => redisBytes > 0)?.redisBytes || Number.NaN,
    nearBytes: last.nearBytes,
    residentBytes: last.residentBytes,
    residentGrowth: grown('residentBytes'),
    recoverySeconds: recoverySeconds(readings, happenings),
  }
}

/** The readings next after the beginning and the end of the measure. */
export function measured(summary: Summary, readings: readonly Reading[]): { first: Reading; last: Reading } {
  const from = Date.parse(summary.startedAt)
  const until = from + summary.seconds * 1_000
  const first = readings.find(({ at }) => at >= from)
  const last = readings.find(({ at }) => at >= until) ?? readings.at(-1)
  if (!first || !last || last.at <= first.at) throw new Error('The server was not looked at while it was measured.')
  return { first, last }
}

const nearly = 0.9

/** After these everything is there again. */
const repairs: readonly string[] = ['redis-flush', 'redis-start', 'redis-resume', 'postgres-restart']

/** From a repair on, the longest if there are several; Infinity when it was not seen before the next thing happened. */
export function recoverySeconds(readings: readonly Reading[], happenings: readonly Happening[]): number {
  const [hurt] = happenings
  if (!hurt) return Number.NaN
  const steps = pairs(readings)
  const before = steps.filter(([, { at }]) => at <= hurt.at).slice(-10)
  const usual = hitRatioOf([before[0]?.[0], before.at(-1)?.[1]])
  const times = happenings.flatMap(({ at, what }, index) => {
    if (!repairs.includes(what)) return []
    const until = happenings[index + 1]?.at ?? Number.POSITIVE_INFINITY
    const recovered = steps.find(
      ([earlier, later]) =>
        earlier.at >= at &&
        later.at <= until &&
        later.breakers === 0 &&
        later.redisBytes > 0 &&
        !(hitRatioOf([earlier, later]) < usual * nearly),
    )
    return recovered ? (recovered[1].at - at) / 1_000 : Number.POSITIVE_INFINITY
  })
  return times.length > 0 ? Math.max(...times) : Number.NaN
}

function peakStatements(readings: readonly Reading[]): number {
  const rates = pairs(readings).map(([from, to]) => (to.statements - from.statements) / ((to.at - from.at) / 1_000))
  return Math.max(0, ...rates)
}

/** Each reading with the one after it. */
export function pairs(readings: readonly Reading[]): (readonly [Reading, Reading])[] {
  return readings.slice(1).map((later, index) => [readings[index] as Reading, later] as const)
}

function hitRatioOf([from, to]: readonly (Reading | undefined)[]): number {
  return from && to ? ratio(to.hits - from.hits, to.misses - from.misses) : Number.NaN
}

const ratio = (hits: number, misses: number) => (hits + misses > 0 ? hits / (hits + misses) : Number.NaN)

function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}
