/** What a run must come up to. Plain data, so that k6 can be told as well. */
import { slos } from '../config/slos.ts'
import type { CounterName, TimeName } from './names.ts'
import type { Figures, Percentiles, ThresholdResult } from './summary.ts'

type Metric =
  | 'errorRate'
  | 'dropped'
  | 'iterations'
  /** The part of all checks that passed. */
  | 'checks'
  | `latencyMs.${keyof Percentiles}`
  | `counters.${CounterName}`
  | `times.${TimeName}.${keyof Percentiles}`

export interface Threshold {
  metric: Metric
  /** The metric for each of these. */
  per?: `counters.${CounterName}` | 'iterations'
  most?: number
  least?: number
}

/**
 * Of every scenario. A percentile is worth nothing if arrivals were dropped, so that is one, too. `p99Ms`: where the
 * service promises another than that of a query.
 */
export function usual({
  p99Ms = slos.latency.query.seconds * 1_000,
  errorRate = 1 - slos.availability.objective,
} = {}) {
  return [
    { metric: 'checks', least: 1 },
    { metric: 'errorRate', most: Number(errorRate.toFixed(6)) },
    { metric: 'dropped', most: 0 },
    { metric: 'latencyMs.p99', most: p99Ms },
  ] satisfies Threshold[]
}

/** No iteration at all keeps no promise. */
const something: Threshold = { metric: 'iterations', least: 1 }

export function evaluate(thresholds: readonly Threshold[], figures: Figures): ThresholdResult[] {
  return [something, ...thresholds].map((threshold) => {
    const { metric, per, most, least = 0 } = threshold
    const value = figureOf(metric, figures) / (per === undefined ? 1 : figureOf(per, figures) || 1)
    const name = `${metric}${per === undefined ? '' : ` / ${per}`}`
    return most === undefined
      ? { name: `${name} ≥ ${least}`, value, limit: least, ok: value >= least }
      : { name: `${name} ≤ ${most}`, value, limit: most, ok: value <= most }
  })
}

function figureOf(metric: Metric, figures: Figures): number {
  const [first = '', second = '', third = ''] = metric.split('.')
  if (first === 'counters') return figures.counters[second] ?? 0
  if (first === 'latencyMs') return figures.latencyMs[second as keyof Percentiles]
  if (first === 'times') return figures.times[second]?.[third as keyof Percentiles] ?? 0
  if (metric === 'checks') {
    const all = Object.values(figures.checks)
    const passes = all.reduce((sum, { passes }) => sum + passes, 0)
    const fails = all.reduce((sum, { fails }) => sum + fails, 0)
    return fails === 0 ? 1 : passes / (passes + fails)
  }
  return figures[metric as 'errorRate' | 'dropped' | 'iterations']
}

/** The same in k6's words, by the names engine-k6/ gives its metrics. What is per something else, k6 has no words for. */
export function inK6(thresholds: readonly Threshold[]): Record<string, string[]> {
  const all: Record<string, string[]> = {}
  for (const { metric, per, most, least } of [something, ...thresholds]) {
    if (per !== undefined) continue
    const [first = '', second = '', third = ''] = metric.split('.')
    const bound = most === undefined ? `>=${least}` : `<=${most}`
    const [name, aggregate] =
      first === 'latencyMs'
        ? ['latency', percentileOf(second)]
        : first === 'times'
          ? [second, percentileOf(third)]
          : first === 'counters'
            ? [second, 'count']
            : ({ errorRate: ['failed', 'rate'], checks: ['checks', 'rate'], dropped: [droppedInK6, 'count'] }[
                first
              ] ?? ['measured', 'count'])
    all[name ?? ''] = [...(all[name ?? ''] ?? []), `${aggregate}${bound}`]
  }
  return all
}

/** Without those of the warm-up. */
export const droppedInK6 = 'dropped_iterations{scenario:main}'

const percentileOf = (name: string) => (name === 'max' ? 'max' : `p(${name.slice(1)})`)
