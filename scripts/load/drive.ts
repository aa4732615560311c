/** Lets an engine run a scenario against a stand, and does to its databases what the scenario says, when it says. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { readSettings } from '../../load-tests/config/settings.ts'
import { loadScenario } from '../../load-tests/engine-node/load-scenario.ts'
import { loadBegins } from '../../load-tests/lib/begins.ts'
import { type Fault, faultsIn } from '../../load-tests/lib/faults.ts'
import type { Summary } from '../../load-tests/lib/summary.ts'
import type { Happening } from '../../load-tests/report/figures.ts'
import type { Pinning } from './pin.ts'
import type { Stand } from './stand.ts'

export interface Load {
  scenario: string
  engine: 'node' | 'k6'
  /** What is not given is the scenario's. */
  profile?: string | undefined
  seed: number
  seconds?: number | undefined
  rate?: number | undefined
  warmUpSeconds?: number | undefined
}

interface Circumstances {
  pinning: Pinning
  products: number
  say(line: string): void
  ended: AbortSignal
  /** Called when the measure begins. */
  measures(): void
}

export interface Driven {
  summary: Summary
  happenings: Happening[]
}

const root = fileURLToPath(new URL('../..', import.meta.url))
/** How many products visitors know of. In k6 each of some hundred visitors keeps a copy: not of all of a large shop. */
export const knownOf = ({ engine }: Pick<Load, 'engine'>, products: number): number =>
  engine === 'k6' ? Math.min(products, 10_000) : products
const results = join('load-tests', 'results')

/** Rejects when the engine has no summary to show. That thresholds are crossed is no reason. */
export async function drive(
  load: Load,
  stand: Stand,
  { pinning, products, say, ended, measures }: Circumstances,
): Promise<Driven> {
  const variables = variablesOf(load, stand, products)
  const scenario = await loadScenario(load.scenario)
  const settings = readSettings(variables, load.scenario, scenario.plan)
  const faults = faultsIn(scenario.faults ?? [], scenario.plan, settings)
  // Below the checkout, and named from there: k6 in a container sees nothing else.
  mkdirSync(join(root, results), { recursive: true })
  const file = join(results, `summary-${process.pid}.json`)
  const [command, ...args] = pinning.generator(commandOf(load, variables, file))
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const over = new AbortController()
  const end = () => child.kill('SIGTERM')
  ended.addEventListener('abort', end)
  try {
    ended.throwIfAborted()
    const said: string[] = []
    const begins = listen(child, said)
    const exit = new Promise<number | string>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve(signal ?? code ?? 0))
    })
    const happenings = begins
      .then(() => delay(settings.warmUpSeconds * 1_000, undefined, { signal: over.signal }).catch(() => {}))
      .then(() => {
        if (!over.signal.aborted) measures()
        return happen(faults, stand, over.signal, say)
      })
    happenings.catch(() => {}) // awaited below
    const code = await exit
    over.abort()
    ended.throwIfAborted()
    const summary = summaryIn(join(root, file))
    if (!summary) throw new Error(`The engine ended with ${code} and without a summary:\n${said.slice(-20).join('\n')}`)
    return { summary, happenings: faults.length > 0 ? await happenings : [] }
  } finally {
    over.abort()
    ended.removeEventListener('abort', end)
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    rmSync(join(root, file), { force: true })
  }
}

/** What the scenario's settings are made from, by either engine. */
function variablesOf(load: Load, { bases }: Stand, products: number): Record<string, string> {
  const given = {
    BASE_URL: bases.join(','),
    PROFILE: load.profile,
    SEED: load.seed,
    DURATION: load.seconds,
    RATE: load.rate,
    WARM_UP: load.warmUpSeconds,
    PRODUCTS: knownOf(load, products),
  }
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )
}

/** One after the other at their times; those whose time has not come when the load is over don't happen. */
async function happen(faults: readonly Fault[], stand: Stand, over: AbortSignal, say: (line: string) => void) {
  const began = performance.now()
  const happenings: Happening[] = []
  for (const fault of faults.toSorted((a, b) => a.at - b.at)) {
    const wait = began + fault.at * 1_000 - performance.now()
    await delay(Math.max(0, wait), undefined, { signal: over }).catch(() => {})
    if (over.aborted) break
    say(`  ${fault.do}, ${fault.at.toFixed(0)} s after the measure began`)
    await stand.do(fault.do)
    happenings.push({ at: Date.now(), what: fault.do })
  }
  return happenings
}

/** k6 has to be found or built first: that is the launcher's part. */
function commandOf({ scenario, engine }: Load, variables: Record<string, string>, file: string): string[] {
  const options = Object.entries(variables).flatMap(([name, value]) => [
    `--${name.toLowerCase().replaceAll('_', '-')}`,
    value,
  ])
  const program = engine === 'node' ? ['load-tests/engine-node/run.ts'] : ['scripts/load.ts', '--engine', 'k6']
  return [process.execPath, ...program, scenario, ...options, '--summary', file]
}

/** Resolves when the engine says that the load begins; what it says is kept, up to a bound. */
function listen(child: ChildProcess, said: string[]): Promise<void> {
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue
      createInterface({ input: stream }).on('line', (line) => {
        if (line.includes(loadBegins)) resolve()
        said.push(line)
        if (said.length > 200) said.shift()
      })
    }
  })
}

function summaryIn(file: string): Summary | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Summary) : undefined
}
