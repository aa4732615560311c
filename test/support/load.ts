/** Load scenarios for a moment, against an application of a test, on either engine. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { readSettings } from '../../load-tests/config/settings.ts'
import { runScenario } from '../../load-tests/engine-node/engine.ts'
import { loadScenario } from '../../load-tests/engine-node/load-scenario.ts'
import type { Summary } from '../../load-tests/lib/summary.ts'
import { seedAccounts } from '../../scripts/seed/accounts.ts'
import { seed } from '../../scripts/seed/load.ts'
import { exec } from '../../scripts/stack/exec.ts'
import { startTestApp } from './app.ts'
import { freshDatabase } from './database.ts'

export interface Shop {
  base: string
  /** One more application on the same database. */
  start(env: Record<string, string>): Promise<{ base: string; stop(): Promise<void> }>
  stop(): Promise<void>
}

/** An application on a seeded database. */
export async function openShop(): Promise<Shop> {
  const database = await freshDatabase()
  await seed(database.url, { products: 150 })
  await seedAccounts(database.url, { local: true, env: {} })
  const sealKey = Buffer.alloc(32, 7).toString('base64')
  const start = (env: Record<string, string> = {}) =>
    startTestApp({ DATABASE_URL: database.url, CACHE_SEAL_KEY: sealKey, ...env })
  const app = await start()
  return {
    base: app.base,
    start,
    stop: async () => {
      await app.stop()
      await database.drop()
    },
  }
}

async function variablesOf(name: string, base: string, env: Record<string, string>): Promise<Record<string, string>> {
  const { plan } = await loadScenario(name)
  const rate = String(Math.min(40, plan.rate))
  return { BASE_URL: base, DURATION: '1.5', WARM_UP: '0.2', RATE: rate, ...env }
}

export async function tryInNode(name: string, base: string, env: Record<string, string> = {}): Promise<Summary> {
  const scenario = await loadScenario(name)
  return runScenario(scenario, readSettings(await variablesOf(name, base, env), name, scenario.plan))
}

/** `k6`: the program's path. */
export async function tryInK6(
  k6: string,
  name: string,
  base: string,
  env: Record<string, string> = {},
): Promise<Summary> {
  const folder = mkdtempSync(join(tmpdir(), 'caching-reference-k6-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'summary.json')
  const variables = { ...(await variablesOf(name, base, env)), SCENARIO: name, SUMMARY: file }
  const told = Object.entries(variables).flatMap(([variable, value]) => ['--env', `${variable}=${value}`])
  const args = ['run', '--quiet', '--no-usage-report', ...told, 'load-tests/engine-k6/main.ts']
  // 99 when this machine is too slow for a promise: then there is a summary all the same, or the next line says why not.
  const said = await exec(k6, args).catch((error: Error) => error.message)
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Summary
  } catch {
    throw new Error(`k6 left no summary: ${said.slice(-2_000)}`)
  }
}

/** How fast this machine is, and whether it is busy, is no matter of a test. */
const isOfSpeed = (name: string) => /latency|dropped|Seconds|purgeMs/.test(name)
export const brokenIn = ({ thresholds }: Summary) => thresholds.filter(({ ok, name }) => !ok && !isOfSpeed(name))
