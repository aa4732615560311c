/** Every load scenario for a moment, on the real application: does it still say what it is there for? */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { readSettings } from '../load-tests/config/settings.ts'
import { runScenario } from '../load-tests/engine-node/engine.ts'
import { loadScenario, scenarioNames } from '../load-tests/engine-node/load-scenario.ts'
import type { Summary } from '../load-tests/lib/summary.ts'
import { seedAccounts } from '../scripts/seed/accounts.ts'
import { seed } from '../scripts/seed/load.ts'
import { exec } from '../scripts/stack/exec.ts'
import { startTestApp, type TestApp } from './support/app.ts'
import { freshDatabase, type TestDatabase } from './support/database.ts'
import { startSlowProxy } from './support/slow-proxy.ts'

let database: TestDatabase
let app: TestApp

const sealKey = Buffer.alloc(32, 7).toString('base64')
const start = (env: Record<string, string> = {}) =>
  startTestApp({ DATABASE_URL: database.url, CACHE_SEAL_KEY: sealKey, RATE_LIMITS: 'off', ...env })

beforeAll(async () => {
  database = await freshDatabase()
  await seed(database.url, { products: 150 })
  await seedAccounts(database.url, { local: true, env: {} })
  app = await start()
})
afterAll(async () => {
  await app?.stop()
  await database?.drop()
})

async function tryScenario(name: string, base: string, env: Record<string, string> = {}): Promise<Summary> {
  const scenario = await loadScenario(name)
  const variables = {
    BASE_URL: base,
    DURATION: '1.5',
    WARM_UP: '0.2',
    RATE: String(Math.min(40, scenario.plan.rate)),
    ...env,
  }
  return runScenario(scenario, readSettings(variables, name, scenario.plan))
}

/** How fast this machine is, and whether it is busy, is no matter of a test. */
const isOfSpeed = (name: string) => /latency|dropped|Seconds|purgeMs/.test(name)
const broken = ({ thresholds }: Summary) => thresholds.filter(({ ok, name }) => !ok && !isOfSpeed(name))

describe('the load scenarios, in Node', () => {
  it.each(scenarioNames())('given %s, when it runs for a moment, then what it promises holds', async (name) => {
    const summary = await tryScenario(name, app.base)
    expect({ broken: broken(summary), failed: summary.errorSamples }).toEqual({ broken: [], failed: [] })
    expect(Object.keys(summary.checks).length).toBeGreaterThan(0)
    expect(summary.requests).toBeGreaterThan(10)
  })

  it.each(['catalog-write', 'invalidation'])(
    'given a server whose caches do not follow, when %s runs, then it says so',
    async (name) => {
      const careless = await start({ CACHE_DISABLE: 'invalidation,warming' })
      onTestFinished(careless.stop)
      const summary = await tryScenario(name, careless.base)
      expect(broken(summary).map(({ name }) => name)).toEqual(
        expect.arrayContaining([expect.stringMatching(/^checks/)]),
      )
      expect(summary.counters.staleReads).toBeGreaterThan(0)
    },
  )

  it('given a server without coalescing, when the stampede runs, then its loads are many', async () => {
    const careless = await start({ CACHE_MODE: 'naive' })
    onTestFinished(careless.stop)
    const { counters, thresholds } = await tryScenario('stampede', careless.base)
    expect((counters.loads ?? 0) / (counters.expiries ?? 1)).toBeGreaterThan(2)
    expect(thresholds).toContainEqual(expect.objectContaining({ name: expect.stringMatching(/loads/), ok: false }))
  })
})

const k6 = [
  process.env.K6_BIN,
  '.k6/k6',
  ...(process.env.PATH ?? '').split(delimiter).map((at) => join(at, 'k6')),
].find((path) => path && existsSync(path))

/** As `tryScenario`, in k6. */
async function tryInK6(name: string, base: string, env: Record<string, string>): Promise<Summary> {
  const folder = mkdtempSync(join(tmpdir(), 'caching-reference-k6-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'summary.json')
  const variables = { SCENARIO: name, BASE_URL: base, SUMMARY: file, ...env }
  const told = Object.entries(variables).flatMap(([variable, value]) => ['--env', `${variable}=${value}`])
  const args = ['run', '--quiet', '--no-usage-report', ...told, 'load-tests/engine-k6/main.ts']
  await exec(k6 ?? '', args).catch(() => {}) // 99 when this machine is too slow for a promise; without a summary the next line fails
  return JSON.parse(readFileSync(file, 'utf8')) as Summary
}

describe.skipIf(!k6)('the load scenarios, in k6', () => {
  it('given flash-sale, when both engines run it, then both send the same and find the same', async () => {
    const env = { DURATION: '1.5', WARM_UP: '0', RATE: '30' }
    const [inK6, inNode] = [await tryInK6('flash-sale', app.base, env), await tryScenario('flash-sale', app.base, env)]
    expect(broken(inK6)).toEqual([])
    expect(Math.abs(inK6.iterations - inNode.iterations)).toBeLessThanOrEqual(2)
    expect(inK6.counters).toMatchObject({ granted: inNode.counters.granted, sold: inNode.counters.sold })
    expect(Object.keys(inK6.checks).sort()).toEqual(Object.keys(inNode.checks).sort())
  })

  it('given a server that is slow by a known amount, when both engines measure it, then they agree', async () => {
    const env = { DURATION: '3', WARM_UP: '0', RATE: '40' }
    const delayOf = (n: number) => (n % 10 === 0 ? 900 : 200)
    const inK6 = await tryInK6('catalog-read', await startSlowProxy(app.base, delayOf), env)
    const inNode = await tryScenario('catalog-read', await startSlowProxy(app.base, delayOf), env)
    expect(Math.abs(inK6.iterations - inNode.iterations)).toBeLessThanOrEqual(2)
    for (const { latencyMs } of [inK6, inNode]) {
      expect(latencyMs.p50).toBeGreaterThanOrEqual(199)
      expect(latencyMs.p95).toBeGreaterThanOrEqual(899)
    }
    // Whatever else this machine does meanwhile is small beside that.
    expect(inK6.latencyMs.p50 / inNode.latencyMs.p50).toBeCloseTo(1, 0)
    expect(inK6.latencyMs.p95 / inNode.latencyMs.p95).toBeCloseTo(1, 0)
    for (const [procedure, { count }] of Object.entries(inNode.byProcedure))
      expect(Math.abs(count - (inK6.byProcedure[procedure]?.count ?? 0))).toBeLessThanOrEqual(2)
  })
})
