/** Our summary, from k6's own. */
import { rateAt } from '../config/profiles.ts'
import type { Settings } from '../config/settings.ts'
import { counters, times } from '../lib/names.ts'
import type { Scenario } from '../lib/scenario.ts'
import type { Counted, Percentiles, Summary } from '../lib/summary.ts'
import { droppedInK6, evaluate } from '../lib/thresholds.ts'
import { latencyOf, requestNames } from './figures.ts'

interface Metric {
  values: Record<string, number>
}

/** The teardown is a group of its own. */
interface Group {
  checks: { name: string; passes: number; fails: number }[]
  groups?: Group[]
}

export interface K6Data<Prepared> {
  metrics: Record<string, Metric>
  root_group: Group
  setup_data?: Prepared
}

export function summaryOf(
  { metrics, root_group, setup_data }: K6Data<{ measuresAt: number }>,
  scenario: Scenario,
  settings: Settings,
): Summary {
  const count = (name: string) => metrics[name]?.values.count ?? 0
  const trend = (name: string) => countedOf(metrics[name])
  const { count: requests, ...latencyMs } = trend('latency')
  const [iterations, dropped] = [count('measured'), count(droppedInK6)]
  const { seed, profile } = settings
  const isBroken = profile === 'breakpoint' && dropped > 0
  const measuresAt = setup_data?.measuresAt ?? Date.now()
  // A breakpoint that was reached has ended early; its teardown is a moment.
  const seconds = isBroken ? Math.min(settings.seconds, (Date.now() - measuresAt) / 1_000) : settings.seconds
  const figures = {
    scenario: settings.scenario,
    engine: 'k6' as const,
    profile,
    seed,
    startedAt: new Date(measuresAt).toISOString(),
    seconds,
    offered: (iterations + dropped) / seconds,
    achieved: iterations / seconds,
    dropped,
    ...(isBroken && { brokeAtRate: rateAt(settings.stages, seconds) }),
    iterations,
    requests,
    latencyMs: latencyMs satisfies Percentiles,
    byProcedure: pick(requestNames, (name) => trend(latencyOf(name))),
    errors: metrics.failed?.values.passes ?? 0,
    errorRate: metrics.failed?.values.rate ?? 0,
    errorSamples: [],
    checks: Object.fromEntries(checksIn(root_group).map(({ name, passes, fails }) => [name, { passes, fails }])),
    cacheStatus: {
      hit: count('cache_status_hit'),
      miss: count('cache_status_miss'),
      stale: count('cache_status_stale'),
      other: count('cache_status_other'),
    },
    counters: Object.fromEntries(counters.map((name) => [name, count(name)]).filter(([, value]) => value !== 0)),
    times: pick(times, trend),
  }
  return { ...figures, thresholds: evaluate(scenario.thresholds, figures) }
}

const checksIn = ({ checks, groups = [] }: Group): Group['checks'] => [...checks, ...groups.flatMap(checksIn)]

/** Only what was recorded at all. */
function pick<Name extends string>(names: readonly Name[], of: (name: Name) => Counted): Record<string, Counted> {
  return Object.fromEntries(names.map((name) => [name, of(name)] as const).filter(([, { count }]) => count > 0))
}

function countedOf(metric: Metric | undefined): Counted {
  const { count = 0, max = 0, 'p(50)': p50 = 0, 'p(95)': p95 = 0, 'p(99)': p99 = 0 } = metric?.values ?? {}
  return { count, p50, p95, p99, max }
}
