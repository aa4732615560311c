/** The alert rules, by Prometheus' own tool: each fires when it should, keeps quiet when it should not, and has a page. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import { alertRules } from '../../prometheus/source/alerts.ts'
import { findTool } from '../../scripts/tools/debian.ts'
import { metricNames as names } from '../../src/platform/metric-names.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
let promtool: string
beforeAll(async () => {
  promtool = await findTool('promtool')
})

/** Fails with what promtool says. */
function run(args: string[]): void {
  execFileSync(promtool, args, { cwd: root, stdio: 'pipe' })
}

const series = (name: string, labels: Record<string, string> = {}) => {
  const all = { job: 'app', instance: 'a:3000', ...labels }
  return `${name}{${Object.entries(all).map(([label, value]) => `${label}="${value}"`)}}`
}
const calls = (code: string, type = 'query') => series(`${names.procedures}_count`, { procedure: 'p', type, code })
const inTime = (le: string, type = 'query') =>
  series(`${names.procedures}_bucket`, { procedure: 'p', type, code: 'OK', le })
const lag = (suffix: string, labels = {}) => series(`${names.cacheInvalidationLag}_${suffix}`, labels)

const found = (age: string) => series(names.inconsistencies, { cache: 'product', age })
const checked = (age: string) => series(names.consistencyChecks, { cache: 'product', age })
const refused = (limit: string) => series(names.rateLimited, { limit })
const tooMany = { [calls('TOO_MANY_REQUESTS')]: '0+10x30' }

const nobodyShares = { [series(names.cacheCoalesced, { scope: 'process' })]: '0x30' }

interface Case {
  alert: string
  when: string
  /** Values over time, in promtool's notation. */
  bad: Record<string, string>
  good: Record<string, string>
  at: string
  /** How far the values are apart. Default a minute. */
  every?: string
}

const cases: Case[] = [
  {
    alert: 'AvailabilityBurnsFast',
    when: 'one call in twenty fails; only the caller’s own errors',
    bad: { [calls('OK')]: '0+60x30', [calls('INTERNAL_SERVER_ERROR')]: '0+3x30' },
    good: { [calls('OK')]: '0+60x30', [calls('NOT_FOUND')]: '0+60x30', [calls('INTERNAL_SERVER_ERROR')]: '0x30' },
    at: '20m',
  },
  {
    alert: 'AvailabilityBurnsSlowly',
    when: 'one call in two hundred fails; one in ten thousand',
    bad: { [calls('OK')]: '0+995x30', [calls('SERVICE_UNAVAILABLE')]: '0+5x30' },
    good: { [calls('OK')]: '0+9999x30', [calls('SERVICE_UNAVAILABLE')]: '0+1x30' },
    at: '25m',
  },
  {
    alert: 'LatencyBurnsFast',
    when: 'a third of the queries is slow; one mutation in a hundred and twenty',
    bad: { [calls('OK')]: '0+60x30', [inTime('0.1')]: '0+40x30' },
    good: { [calls('OK', 'mutation')]: '0+120x30', [inTime('0.25', 'mutation')]: '0+119x30' },
    at: '20m',
  },
  {
    alert: 'LatencyBurnsSlowly',
    when: 'one mutation in twenty-five is slow; one in two hundred',
    bad: { [calls('OK', 'mutation')]: '0+100x30', [inTime('0.25', 'mutation')]: '0+96x30' },
    good: { [calls('OK', 'mutation')]: '0+200x30', [inTime('0.25', 'mutation')]: '0+199x30' },
    at: '25m',
  },
  {
    alert: 'AppDown',
    when: 'not reached; reached',
    bad: { [series('up')]: '0x5' },
    good: { [series('up')]: '1x5' },
    at: '3m',
  },
  {
    alert: 'CacheHitRatioLow',
    when: 'a third is answered by the caches; nine tenths are',
    bad: { [series(names.cacheHits)]: '0+300x30', [series(names.cacheMisses)]: '0+600x30', ...nobodyShares },
    good: { [series(names.cacheHits)]: '0+9000x30', [series(names.cacheMisses)]: '0+1000x30', ...nobodyShares },
    at: '20m',
  },
  {
    alert: 'CacheBackendDown',
    when: 'the breaker opens, and stays open; it is closed',
    bad: { [series(names.cacheBreaker)]: '0 2 2 2 2 2' },
    good: { [series(names.cacheBreaker)]: '0x5', [series(names.redisMemoryUsed)]: '1000x5' },
    at: '4m',
  },
  {
    alert: 'CacheBackendDown',
    when: 'Redis has no figures, though nobody reads; it has',
    bad: { [series(names.cacheBreaker)]: '0x5', [series(names.redisMemoryUsed)]: 'NaN NaN NaN NaN NaN NaN' },
    good: { [series(names.cacheBreaker)]: '0x5', [series(names.redisMemoryUsed)]: '5x5' },
    at: '4m',
  },
  {
    alert: 'InvalidationLagHigh',
    when: 'one change in ten is followed late; all are in time',
    bad: { [lag('count')]: '0+100x15', [lag('bucket', { le: '1' })]: '0+90x15' },
    good: { [lag('count')]: '0+100x15', [lag('bucket', { le: '1.0' })]: '0+100x15' },
    at: '12m',
  },
  {
    alert: 'CacheInconsistent',
    when: 'one old value is found after a minute; some after a second, gone after ten',
    bad: { [found('60')]: '0 0 1 1 1 1 1 1' },
    good: { [found('0.1')]: '0+1x8', [found('1')]: '0+1x8', [found('10')]: '0x8', [found('60')]: '0x8' },
    at: '6m',
  },
  {
    alert: 'CacheCatchesUpLate',
    when: 'one change in twenty is followed later than a second; one in a thousand',
    bad: { [found('1')]: '0+5x30', [checked('1')]: '0+100x30' },
    good: { [found('1')]: '0+1x30', [checked('1')]: '0+1000x30', [found('0.1')]: '0+500x30' },
    at: '25m',
  },
  {
    alert: 'RequestsShed',
    when: 'one request in twenty is shed; one in a thousand',
    bad: { [series(names.requestsShed, { reason: 'in_flight' })]: '0+5x20', [calls('OK')]: '0+95x20' },
    good: { [series(names.requestsShed, { reason: 'event_loop' })]: '0+1x20', [calls('OK')]: '0+999x20' },
    at: '10m',
  },
  {
    alert: 'RateLimitedOften',
    when: 'a tenth of all calls is refused by one limit; one in a hundred by each',
    bad: { [refused('read')]: '0+10x30', [refused('write')]: '0x30', [calls('OK')]: '0+90x30', ...tooMany },
    good: { [refused('read')]: '0+1x30', [refused('login_pair')]: '0+1x30', [calls('OK')]: '0+90x30', ...tooMany },
    at: '20m',
  },
  {
    alert: 'DatabaseLoadSurge',
    when: 'loads rise from 1 to 100 a second; from 30 to 60',
    bad: { [series(`${names.cacheLoads}_count`)]: '0+30x80 2400+3000x10' },
    good: { [series(`${names.cacheLoads}_count`)]: '0+900x80 72000+1800x10' },
    at: '43m',
    every: '30s',
  },
  {
    alert: 'OutboxStuck',
    when: 'the oldest change grows old; changes come and go',
    bad: { [series(names.outboxOldest)]: '0 10 70 130 190 250' },
    good: { [series(names.outboxOldest)]: '0 2 0 1 0 3' },
    at: '5m',
  },
  {
    alert: 'EventLoopLagHigh',
    when: '200 ms at p99; 20 ms',
    bad: { [series(names.eventLoopLagP99)]: '0.2x6' },
    good: { [series(names.eventLoopLagP99)]: '0.02x6' },
    at: '5m',
  },
  {
    alert: 'PoolExhausted',
    when: 'queries wait all the time; now and then one does',
    bad: { [series(names.pool, { state: 'waiting' })]: '3x6' },
    good: { [series(names.pool, { state: 'waiting' })]: '0 1 0 0 1 0 0' },
    at: '4m',
  },
  {
    alert: 'RedisEvicting',
    when: 'keys are evicted all the time; none is',
    bad: { [series(names.redisEvicted)]: '0+100x20' },
    good: { [series(names.redisEvicted)]: '100x20' },
    at: '15m',
  },
]

/** Has promtool check how many alerts of this name fire. */
function expectFiring({ alert, at, every = '1m' }: Case, input: Record<string, string>, firing: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'caching-reference-rules-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'test.yml')
  writeFileSync(
    file,
    stringify({
      rule_files: [`${root}prometheus/rules.yml`],
      evaluation_interval: '30s',
      tests: [
        {
          interval: every,
          input_series: Object.entries(input).map(([series, values]) => ({ series, values })),
          promql_expr_test: [
            {
              expr: `count by (alertname) (ALERTS{alertname="${alert}", alertstate="firing"})`,
              eval_time: at,
              exp_samples: firing ? [{ labels: `{alertname="${alert}"}`, value: firing }] : [],
            },
          ],
        },
      ],
    }),
  )
  run(['test', 'rules', file])
}

describe('the rules', () => {
  it('given rules and configuration, when promtool checks them, then they are valid', () => {
    run(['check', 'rules', 'prometheus/rules.yml'])
    run(['check', 'config', 'prometheus/prometheus.yml'])
  })

  it.each(cases)('given $alert, when $when, then it fires in the first case only', (each) => {
    expectFiring(each, each.bad, 1)
    expectFiring(each, each.good, 0)
  })

  it('given the check itself, when an alert is expected that does not fire, then it fails', () => {
    const [first] = cases
    if (first) expect(() => expectFiring(first, first.good, 1)).toThrow()
  })

  it('given any alert, when looked up, then a case above proves it, and its runbook says what it means, where to look and what to do', () => {
    const proved = new Set(cases.map(({ alert }) => alert))
    for (const { alert, annotations } of alertRules) {
      expect(proved, alert).toContain(alert)
      expect(existsSync(root + annotations.runbook), annotations.runbook).toBe(true)
      const page = readFileSync(root + annotations.runbook, 'utf8')
      expect(page, annotations.runbook).toContain(alert)
      for (const part of ['## What it means', '## Look', '## Do']) expect(page, annotations.runbook).toContain(part)
    }
  })
})
