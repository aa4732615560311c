/** What came of a run: the same for both engines, and what reports are made from. */
export interface Percentiles {
  p50: number
  p95: number
  p99: number
  max: number
}

export interface Counted extends Percentiles {
  count: number
}

export interface Summary {
  scenario: string
  engine: 'node' | 'k6'
  profile: string
  seed: number
  /** When the measure began (after the warm-up); ISO. */
  startedAt: string
  /** How long it measured. */
  seconds: number
  /** Iterations a second that were due, and that were done. */
  offered: number
  achieved: number
  /** Arrivals that found all visitors busy. */
  dropped: number
  /** Of a breakpoint that was reached: the arrivals a second at which the first was dropped. */
  brokeAtRate?: number
  iterations: number
  requests: number
  /** Of all requests. In Node an iteration's first counts from when it was due. */
  latencyMs: Percentiles
  byProcedure: Record<string, Counted>
  /** Requests that got no answer, or one that nobody expects. */
  errors: number
  errorRate: number
  /** The first few, in words. */
  errorSamples: string[]
  checks: Record<string, { passes: number; fails: number }>
  /** By the answers' Cache-Status; `other`: it was neither, or is not told. */
  cacheStatus: CacheStatusCounts
  counters: Record<string, number>
  /** Times of a scenario's own. */
  times: Record<string, Counted>
  thresholds: ThresholdResult[]
}

export interface ThresholdResult {
  name: string
  value: number
  limit: number
  ok: boolean
}

/** Before anybody has judged them. */
export type Figures = Omit<Summary, 'thresholds'>

export interface CacheStatusCounts {
  hit: number
  miss: number
  stale: number
  other: number
}

const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`
const percentiles = ({ p50, p95, p99, max }: Percentiles) =>
  `p50 ${ms(p50)}, p95 ${ms(p95)}, p99 ${ms(p99)}, max ${ms(max)}`

/** For people. */
export function describe(summary: Summary): string {
  const { scenario, engine, profile, seconds, offered, achieved, dropped, iterations, requests, errors } = summary
  const { hit, miss, stale, other } = summary.cacheStatus
  const { brokeAtRate } = summary
  const lines = [
    `${scenario} · ${engine} · ${profile} · ${Math.round(seconds)} s`,
    `  iterations  ${iterations} (${offered.toFixed(1)}/s offered, ${achieved.toFixed(1)}/s achieved, ${dropped} dropped)`,
    ...(brokeAtRate === undefined ? [] : [`  broke at    ${brokeAtRate.toFixed(1)}/s`]),
    `  requests    ${requests} (${errors} failed)`,
    `  latency     ${percentiles(summary.latencyMs)}`,
    ...Object.entries(summary.byProcedure).map(
      ([name, of]) => `    ${name.padEnd(30)} ${percentiles(of)} (${of.count})`,
    ),
    ...Object.entries(summary.times).map(([name, of]) => `  ${name.padEnd(11)} ${percentiles(of)} (${of.count})`),
    `  cache       ${hit} hits, ${miss} misses, ${stale} stale, ${other} not told`,
    `  counters    ${
      Object.entries(summary.counters)
        .map(([name, count]) => `${name} ${count}`)
        .join(', ') || 'none'
    }`,
    ...Object.entries(summary.checks).map(
      ([name, { passes, fails }]) => `  ${fails === 0 ? '✓' : '✗'} ${name} (${passes} of ${passes + fails})`,
    ),
    ...summary.errorSamples.map((sample) => `  failed: ${sample}`),
    ...summary.thresholds.map(
      ({ name, value, limit, ok }) =>
        `  ${ok ? 'ok    ' : 'BROKEN'} ${name}: ${Number(value.toFixed(3))}, limit ${limit}`,
    ),
  ]
  return lines.join('\n')
}
