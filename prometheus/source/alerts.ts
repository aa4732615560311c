/** Alert rules. Each has a page in docs/runbooks: what it means, where to look, what to do. */
import { app, le, oneOf, sumRate } from '../../grafana/source/promql.ts'
import { slos } from '../../load-tests/config/slos.ts'
import { metricNames as names } from '../../src/platform/metric-names.ts'
import { faultRatio, hitRatio, loadRate, slowRatio, type Window } from './recording.ts'

export interface AlertRule {
  alert: string
  expr: string
  for: string
  labels: { severity: 'page' | 'ticket'; type?: string }
  annotations: { summary: string; runbook: string }
}

const rule = (
  alert: string,
  severity: 'page' | 'ticket',
  { expr, lasts, summary, page, type }: { expr: string; lasts: string; summary: string; page: string; type?: string },
): AlertRule => ({
  alert,
  expr,
  for: lasts,
  labels: { severity, ...(type && { type }) },
  annotations: { summary, runbook: `docs/runbooks/${page}.md` },
})

/** The part that may go wrong, `factor` times. */
const most = (objective: number, factor = 1) => Number((factor * (1 - objective)).toFixed(6))

/** True when the budget burns `factor` times too fast over the long window, and still does over the short one. */
const burns = (ratio: (window: Window) => string, objective: number, factor: number, long: Window, short: Window) => {
  const limit = most(objective, factor)
  return `(${ratio(long)} > ${limit} and ${ratio(short)} > ${limit})`
}
/** 2 % of the month's budget in an hour, or 5 % in six (Site Reliability Workbook, ch. 5). */
const fast = (ratio: (window: Window) => string, objective: number) =>
  `${burns(ratio, objective, 14.4, '1h', '5m')} or ${burns(ratio, objective, 6, '6h', '30m')}`
/** 10 % in a day, or in three. */
const slow = (ratio: (window: Window) => string, objective: number) =>
  `${burns(ratio, objective, 3, '1d', '2h')} or ${burns(ratio, objective, 1, '3d', '6h')}`

const { availability, latency, invalidationLag } = slos
const slowOf = (type: string) => (window: Window) => `${slowRatio(window)}{type="${type}"}`
const lag = (suffix: string, ...matchers: string[]) =>
  sumRate(app(`${names.cacheInvalidationLag}_${suffix}`, ...matchers), '', '5m')

/** What is found a second after a change, by cache. */
const afterOne = (name: string) => sumRate(app(name, 'age="1"'), 'cache', '10m')
const shed = sumRate(app(names.requestsShed), '', '5m')
const calls = sumRate(app(`${names.procedures}_count`), '', '5m')

const promises: AlertRule[] = [
  rule('AvailabilityBurnsFast', 'page', {
    expr: fast(faultRatio, availability.objective),
    lasts: '2m',
    summary: 'Calls fail by the server’s fault, so many that the month’s error budget is gone within days.',
    page: 'availability-burn',
  }),
  rule('AvailabilityBurnsSlowly', 'ticket', {
    expr: slow(faultRatio, availability.objective),
    lasts: '15m',
    summary: 'Calls have been failing by the server’s fault for a day or more: the month’s budget will not last.',
    page: 'availability-burn',
  }),
  ...Object.entries(latency).flatMap(([type, { objective }]) => [
    rule('LatencyBurnsFast', 'page', {
      expr: fast(slowOf(type), objective),
      lasts: '2m',
      summary: `Of the ${type} calls far too many take longer than promised.`,
      page: 'latency-burn',
      type,
    }),
    rule('LatencyBurnsSlowly', 'ticket', {
      expr: slow(slowOf(type), objective),
      lasts: '15m',
      summary: `For a day or more, too many ${type} calls have taken longer than promised.`,
      page: 'latency-burn',
      type,
    }),
  ]),
]

const parts: AlertRule[] = [
  rule('AppDown', 'page', {
    expr: `${app('up')} == 0`,
    lasts: '30s',
    summary: 'Prometheus does not reach {{ $labels.instance }}.',
    page: 'app-down',
  }),
  rule('CacheHitRatioLow', 'ticket', {
    expr: `${hitRatio} < ${slos.hitRatio} and ${sumRate(app(names.cacheMisses), '', '5m')} > 5`,
    lasts: '10m',
    summary: 'The caches answer {{ $value | humanizePercentage }} of the reads only.',
    page: 'cache-hit-ratio-low',
  }),
  rule('CacheBackendDown', 'page', {
    // A figure of Redis is NaN while it does not answer, and NaN is the only number that differs from itself.
    expr: `max by (instance) (${app(names.cacheBreaker)}) > 0 or (${app(names.redisMemoryUsed)} != ${app(names.redisMemoryUsed)})`,
    lasts: '30s',
    summary: '{{ $labels.instance }} has no Redis: reads go to Postgres, under their cap.',
    page: 'cache-backend-down',
  }),
  rule('InvalidationLagHigh', 'page', {
    expr: `1 - ${lag('bucket', le(invalidationLag.seconds))} / ${lag('count')} > ${most(invalidationLag.objective)}`,
    lasts: '2m',
    summary: `{{ $value | humanizePercentage }} of the changes reached the caches later than ${invalidationLag.seconds} s.`,
    page: 'invalidation-lag-high',
  }),
  rule('CacheInconsistent', 'page', {
    expr: `sum by (cache) (increase(${app(names.inconsistencies, oneOf('age', ['10', '60']))}[10m])) > 0`,
    lasts: '0s', // each was looked at twice: there is nothing to wait for
    summary: 'The cache {{ $labels.cache }} still had an older value than Postgres 10 s or more after a change.',
    page: 'cache-inconsistent',
  }),
  rule('CacheCatchesUpLate', 'ticket', {
    expr: `${afterOne(names.inconsistencies)} / ${afterOne(names.consistencyChecks)} > ${most(invalidationLag.objective)}`,
    lasts: '10m',
    summary:
      '{{ $value | humanizePercentage }} of the changes to {{ $labels.cache }} were not followed within a second.',
    page: 'cache-inconsistent',
  }),
  rule('DatabaseLoadSurge', 'ticket', {
    expr: `${loadRate} > 5 * avg_over_time(${loadRate}[30m] offset 2m) and ${loadRate} > 20`,
    lasts: '1m',
    summary: 'The caches ask Postgres {{ $value | humanize }} times a second, more than five times as often as before.',
    page: 'database-load-surge',
  }),
  rule('OutboxStuck', 'page', {
    expr: `max(${app(names.outboxOldest)} >= 0) > 30`,
    lasts: '1m',
    summary: 'A change has been waiting for {{ $value | humanizeDuration }} to be followed by the caches.',
    page: 'outbox-stuck',
  }),
  rule('RequestsShed', 'page', {
    // These reach no procedure, and so no error budget: the rate of AvailabilityBurnsFast.
    expr: `${shed} / (${shed} + ${calls}) > ${most(availability.objective, 14.4)}`,
    lasts: '2m',
    summary:
      '{{ $value | humanizePercentage }} of the requests get a 503 at the door: there is more to do than can be done.',
    page: 'requests-shed',
  }),
  rule('RateLimitedOften', 'ticket', {
    expr: `${sumRate(app(names.rateLimited), 'limit', '5m')} / on () group_left () ${calls} > 0.05`,
    lasts: '10m',
    summary: '{{ $value | humanizePercentage }} of all calls are refused by the limit {{ $labels.limit }}.',
    page: 'rate-limited-often',
  }),
  rule('EventLoopLagHigh', 'ticket', {
    expr: `${app(names.eventLoopLagP99)} > 0.1`,
    lasts: '2m',
    summary: 'The event loop of {{ $labels.instance }} is {{ $value | humanizeDuration }} late at p99.',
    page: 'event-loop-lag-high',
  }),
  rule('PoolExhausted', 'page', {
    expr: `${app(names.pool, 'state="waiting"')} > 0`,
    lasts: '1m',
    summary: 'Queries of {{ $labels.instance }} wait for a connection to Postgres.',
    page: 'pool-exhausted',
  }),
  rule('RedisEvicting', 'ticket', {
    expr: `max(rate(${app(names.redisEvicted)}[5m])) > 0`,
    lasts: '5m',
    summary: 'Redis removes {{ $value | humanize }} keys a second to stay within its memory.',
    page: 'redis-evicting',
  }),
]

export const alertRules: AlertRule[] = [...promises, ...parts]
