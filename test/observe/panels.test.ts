/**
 * The panel check: a real Prometheus scrapes the application through good and bad times; then every expression of every
 * panel must have something to show. A panel that a change empties fails here.
 */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { dashboards } from '../../grafana/dashboards.ts'
import { exec } from '../../scripts/stack/exec.ts'
import { k6 } from '../support/k6.ts'
import { judge, type Span, valuesOf } from './check.ts'
import { type CheckedPanel, panelsOf, variablesOf } from './panels.ts'
import { openStage, type Stage } from './stage.ts'
import { ageEntriesUntil, fillUp, lockProducts, plantOldValues, prepareTraffic, startTraffic } from './traffic.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

let stage: Stage
let stopTraffic = async (): Promise<void> => {}
const span: Span = { from: 0, to: 0 }
/** Panels that this machine can't fill, by what their expressions name. */
const missing: { pattern: RegExp; why: string }[] = []

const patiently = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 40_000, interval: 100 })
/** Waits until an expression has a value above `least`. */
const seen = (query: string, least = 0) =>
  patiently(async () => expect((await stage.now(query)) ?? Number.NEGATIVE_INFINITY, query).toBeGreaterThan(least))
const firing = (alert: string) => seen(`count(ALERTS{alertname="${alert}", alertstate="firing"})`)

beforeAll(async () => {
  stage = await openStage()
  for (const why of stage.notes) missing.push({ pattern: /job="(postgres|redis)"/, why })
  const ground = await prepareTraffic(stage)
  span.from = Date.now() / 1_000
  stopTraffic = startTraffic(stage, ground)
  const loading = runK6()
  loading.catch(() => {}) // waited for below; until then something else may fail

  await seen('min(count_over_time(up{job="app"}[1m]))', 3)
  const planting = plantOldValues(stage, ground, async () => {
    await seen('sum(rate(cache_inconsistency_total{age="10"}[10s]))')
    await firing('CacheInconsistent')
  })
  planting.catch(() => {}) // waited for below
  await ageEntriesUntil(ground, async () => {
    await seen('sum(rate(cache_early_refreshes_total[10s]))')
    await seen('sum(rate(cache_decode_errors_total[10s]))')
  })
  await fillUp(ground)
  await seen('max(rate(redis_evicted_keys_total[10s]))')

  await planting

  await lockProducts(stage, ground, async () => {
    await seen('sum(rate(http_shed_total[10s]))')
    await seen('sum(rate(cache_stale_total[10s]))')
    await seen('sum(rate(trpc_request_duration_seconds_count{code="SERVICE_UNAVAILABLE"}[10s]))')
    await firing('AvailabilityBurnsFast')
    await firing('LatencyBurnsFast')
    await firing('PoolExhausted')
    await firing('RequestsShed')
  })

  stage.freezeRedis()
  await stage.here.sql.query(`UPDATE product SET title = title || ' again'`)
  await seen('max(outbox_oldest_change_seconds)', 2)
  await firing('CacheBackendDown')
  await seen('sum(rate(rate_limit_fallbacks_total[10s]))')
  stage.thawRedis()
  await firing('InvalidationLagHigh')
  await seen('min(cache_tracking_on)')
  await patiently(async () => expect(await stage.now('max(cache_breaker_state)')).toBe(0))
  await loading
  await stopTraffic()
  span.to = Date.now() / 1_000
}, 180_000)
afterAll(async () => {
  await stopTraffic()
  await stage?.close()
})

/** k6's own figures, where there is a k6: built here, given, or installed. */
async function runK6(): Promise<void> {
  if (!k6) {
    missing.push({ pattern: /\bk6_/, why: 'there is no k6 here (npm run k6 builds one, given Go)' })
    return
  }
  const env = {
    PATH: process.env.PATH,
    K6_NO_USAGE_REPORT: 'true',
    K6_PROMETHEUS_RW_SERVER_URL: `${stage.prometheus}/api/v1/write`,
    K6_PROMETHEUS_RW_TREND_STATS: 'p(95)',
    K6_PROMETHEUS_RW_PUSH_INTERVAL: '1s',
  }
  // Fast enough that somebody is there when k6 counts its visitors, once a second.
  const told = { SCENARIO: 'smoke', BASE_URL: stage.here.base, WARM_UP: '0', DURATION: '8', RATE: '200' }
  const args = Object.entries(told).flatMap(([name, value]) => ['--env', `${name}=${value}`])
  const script = 'load-tests/engine-k6/main.ts'
  await exec(k6, ['run', '--quiet', '--no-thresholds', '--out', 'experimental-prometheus-rw', ...args, script], {
    cwd: root,
    env,
  })
}

/** What stays at 0 in this check, and why that is right. */
const still = new Set([
  'Deadlocks and conflicts', // rows are locked in one order
  'Loads refused', // the cap of 100 loads is not reached by a handful of visitors
  'Alerts firing', // by the end of it, perhaps none
  'k6: failures', // the smoke test has none
])

interface Target {
  name: string
  panel: CheckedPanel
  expr: string
}

const targets: Target[] = Object.values(dashboards).flatMap((dashboard) =>
  panelsOf(dashboard).flatMap((panel) =>
    panel.targets.map(({ expr, legendFormat }) => ({
      name: `${dashboard.title} / ${panel.title} / ${legendFormat}`,
      panel,
      expr,
    })),
  ),
)

/** What the good and bad times above set off. The others need hours, or a broken machine: alerts.test.ts has their cases. */
const tripped = [
  ...['AvailabilityBurnsFast', 'LatencyBurnsFast', 'InvalidationLagHigh', 'CacheInconsistent', 'CacheBackendDown'],
  ...['PoolExhausted', 'RedisEvicting', 'RequestsShed'],
]

const reasonToSkip = ({ expr }: Target) => missing.find(({ pattern }) => pattern.test(expr))?.why

describe('the panel check', () => {
  it('given good and bad times, when every expression of every panel is run, then each has finite and sane points', async () => {
    const troubles: string[] = []
    const skipped = new Map<string, number>()
    for (const target of targets) {
      const why = reasonToSkip(target)
      if (why) {
        skipped.set(why, (skipped.get(why) ?? 0) + 1)
        continue
      }
      const { trouble, moved } = await judge(stage.prometheus, target.panel, target.expr, span)
      if (trouble) troubles.push(`${target.name}: ${trouble}`)
      else if (!moved && !still.has(target.panel.title)) troubles.push(`${target.name}: 0 all the time`)
    }
    for (const [why, count] of skipped)
      console.info(`${count} of ${targets.length} expressions are NOT checked: ${why}`)
    const checked = targets.length - [...skipped.values()].reduce((sum, count) => sum + count, 0)
    console.info(`${checked} of ${targets.length} expressions have something to show`)
    expect(troubles).toEqual([])
    expect(targets.length).toBeGreaterThan(80)
  })

  it('given a choice at the top of a dashboard, when its values are asked for, then there are some', async () => {
    for (const dashboard of Object.values(dashboards)) {
      for (const variable of variablesOf(dashboard)) {
        expect(await valuesOf(stage.prometheus, variable), `${dashboard.title} / ${variable.name}`).not.toEqual([])
      }
    }
  })

  it('given a copy in which a metric has another name, when checked, then each expression that names it fails: the check can fail', async () => {
    const unnoticed: string[] = []
    let copies = 0
    for (const target of targets) {
      if (reasonToSkip(target)) continue
      const names = new Set(target.expr.match(/\b[a-z]\w*(?=[{]|\[)/g))
      for (const name of names) {
        if (name === 'ALERTS') continue // there need not be any
        copies++
        const expr = target.expr.replaceAll(new RegExp(`\\b${name}(?=[{]|\\[)`, 'g'), `${name}_renamed`)
        const { trouble } = await judge(stage.prometheus, target.panel, expr, span)
        if (!trouble) unnoticed.push(`${target.name}: ${name}`)
      }
    }
    expect(unnoticed).toEqual([])
    expect(copies).toBeGreaterThan(100)
  })

  it('given what happened, when the alerts are looked up, then those it should trip have fired', async () => {
    const length = `${Math.ceil(span.to - span.from) + 5}s`
    for (const alert of tripped) {
      const times = await stage.now(
        `max(count_over_time(ALERTS{alertname="${alert}", alertstate="firing"}[${length}]))`,
      )
      expect(times ?? 0, alert).toBeGreaterThan(0)
    }
  })
})
