/**
 * `node load-tests/engine-node/run.ts <scenario>`: runs it against a server that is up; ends with 99 if a threshold is
 * broken, as k6 does. `npm run load -- <scenario> --engine node` comes here.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { readSettings } from '../config/settings.ts'
import { loadBegins } from '../lib/begins.ts'
import { describe } from '../lib/summary.ts'
import { runScenario } from './engine.ts'
import { loadScenario } from './load-scenario.ts'
import { options, variablesOf } from './options.ts'

try {
  const { values, positionals } = options(process.argv.slice(2))
  const [name = ''] = positionals
  const scenario = await loadScenario(name)
  const settings = readSettings({ ...process.env, ...variablesOf(values) }, name, scenario.plan)
  const summary = await runScenario(scenario, settings, { begins: () => console.error(loadBegins) })
  console.log(describe(summary))
  if (values.summary) {
    mkdirSync(dirname(values.summary), { recursive: true })
    writeFileSync(values.summary, `${JSON.stringify(summary, null, 2)}\n`)
  }
  process.exit(summary.thresholds.every(({ ok }) => ok) ? 0 : 99)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
