/**
 * Recording rules: the parts of calls that break a promise, over several windows. Burn rates are read from these, by
 * the alerts and by the Service dashboard.
 */
import { app, le, oneOf, sumRate } from '../../grafana/source/promql.ts'
import { slos } from '../../load-tests/config/slos.ts'
import { metricNames, serverFaults } from '../../src/platform/metric-names.ts'

export interface RecordingRule {
  record: string
  expr: string
  labels?: Record<string, string>
}

/** Those of "Alerting on SLOs" in the Site Reliability Workbook (2018), ch. 5. */
export const windows = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const
export type Window = (typeof windows)[number]

/** The part of calls that failed by the server's fault. */
export const faultRatio = (window: Window) => `app:call_faults:ratio_rate${window}`
/** The part of calls that took longer than promised; label `type`: query or mutation. */
export const slowRatio = (window: Window) => `app:calls_slow:ratio_rate${window}`
/** Reads answered by a cache, of all; and the same by cache. */
export const hitRatio = 'app:cache_hits:ratio_rate5m'
/** Loads from Postgres a second. */
export const loadRate = 'app:cache_loads:rate1m'

const calls = (...matchers: string[]) => app(`${metricNames.procedures}_count`, ...matchers)
const within = (seconds: number, type: string) => app(`${metricNames.procedures}_bucket`, `type="${type}"`, le(seconds))

export const recordingRules: RecordingRule[] = [
  ...windows.map((window) => ({
    record: faultRatio(window),
    expr: `${sumRate(calls(oneOf('code', serverFaults)), '', window)} / ${sumRate(calls(), '', window)}`,
  })),
  ...windows.flatMap((window) =>
    Object.entries(slos.latency).map(([type, { seconds }]) => ({
      record: slowRatio(window),
      expr: `1 - ${sumRate(within(seconds, type), '', window)} / ${sumRate(calls(`type="${type}"`), '', window)}`,
      labels: { type },
    })),
  ),
  {
    record: hitRatio,
    expr: `${sumRate(app(metricNames.cacheHits), '', '5m')} / (${sumRate(app(metricNames.cacheHits), '', '5m')} + ${sumRate(app(metricNames.cacheMisses), '', '5m')} + ${sumRate(app(metricNames.cacheCoalesced, 'scope="process"'), '', '5m')})`,
  },
  { record: loadRate, expr: sumRate(app(`${metricNames.cacheLoads}_count`), '', '1m') },
]
