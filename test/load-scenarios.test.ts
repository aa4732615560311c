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

describe.skipIf(!k6)('the load scenarios, in k6', () => {
  it.each(['catalog-read', 'flash-sale'])(
    'given %s, when both engines run it, then both send the same requests and promise the same',
    async (name) => {
      const folder = mkdtempSync(join(tmpdir(), 'caching-reference-k6-'))
      onTestFinished(() => rmSync(folder, { recursive: true }))
      const file = join(folder, 'summary.json')
      const variables = { SCENARIO: name, BASE_URL: app.base, DURATION: '1.5', WARM_UP: '0', RATE: '30', SUMMARY: file }
      const told = Object.entries(variables).flatMap(([variable, value]) => ['--env', `${variable}=${value}`])
      const args = ['run', '--quiet', '--no-usage-report', ...told, 'load-tests/engine-k6/main.ts']
      await exec(k6 ?? '', args).catch(() => {}) // 99 when this machine is too slow for a promise; without a summary the next line fails
      const inK6 = JSON.parse(readFileSync(file, 'utf8')) as Summary
      const inNode = await tryScenario(name, app.base, { RATE: '30', WARM_UP: '0' })
      expect(broken(inK6)).toEqual([])
      expect(Math.abs(inK6.iterations - inNode.iterations)).toBeLessThanOrEqual(2)
      expect(Object.keys(inK6.checks).sort()).toEqual(Object.keys(inNode.checks).sort())
      // k6 begins a little later, and so does an iteration less: its requests may be missing.
      for (const [procedure, { count }] of Object.entries(inNode.byProcedure))
        expect(Math.abs(count - (inK6.byProcedure[procedure]?.count ?? 0))).toBeLessThanOrEqual(6)
    },
  )
})
