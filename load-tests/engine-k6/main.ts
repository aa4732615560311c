/**
 * Runs any scenario in k6: SCENARIO=catalog-read. Iterations begin at their rate whatever the answers (k6's
 * ramping-arrival-rate); the warm-up is a k6 scenario of its own, of which nothing is recorded.
 */
import exec from 'k6/execution'
import { readSettings } from '../config/settings.ts'
import { createApi } from '../lib/api.ts'
import { loadBegins } from '../lib/begins.ts'
import { randomOf } from '../lib/random.ts'
import type { Scenario } from '../lib/scenario.ts'
import { describe } from '../lib/summary.ts'
import { droppedInK6, inK6 } from '../lib/thresholds.ts'
import { executorsOf } from './executors.ts'
import { createFigures, summaryTrendStats } from './figures.ts'
import { type K6Data, summaryOf } from './summary.ts'
import { transport } from './transport.ts'

const name = __ENV.SCENARIO || 'smoke'
const scenario = require(`../scenarios/${name}.ts`) as Scenario
const settings = readSettings(__ENV, name, scenario.plan)
const figures = createFigures()
/** A visitor is one of k6's virtual users: each has these lines to itself. */
const memory = new Map<string, unknown>()

interface Prepared {
  state: unknown
  /** Milliseconds since 1970. */
  measuresAt: number
}

const isBreakpoint = settings.profile === 'breakpoint'

export const options = {
  scenarios: executorsOf(settings),
  thresholds: {
    ...inK6(scenario.thresholds),
    [droppedInK6]: [{ threshold: 'count<=0', abortOnFail: isBreakpoint }],
  },
  summaryTrendStats,
  systemTags: ['name', 'status', 'method', 'scenario', 'check', 'group', 'error_code'],
  setupTimeout: '300s',
  teardownTimeout: '120s',
}

export async function setup(): Promise<Prepared> {
  const state = await scenario.setup(createApi(transport, figures.quiet, settings.baseUrls), settings)
  console.log(loadBegins)
  return { state, measuresAt: Date.now() + settings.warmUpSeconds * 1_000 }
}

export default async function visit({ state, measuresAt }: Prepared): Promise<void> {
  const warmUp = exec.scenario.name !== 'main'
  const iteration = exec.scenario.iterationInTest
  const random = randomOf(settings.seed, warmUp ? -1 - iteration : iteration)
  const recorder = warmUp ? figures.quiet : figures
  const api = createApi(transport, recorder, settings.baseUrls, iteration)
  const elapsed = (Date.now() - measuresAt) / 1_000
  try {
    await scenario.iteration(api, state, random, { iteration, elapsed, warmUp, memory, random })
  } catch (error) {
    if (!warmUp) figures.failed(`iteration: ${error instanceof Error ? error.message : error}`)
  }
  if (!warmUp) figures.iterated()
}

export async function teardown({ state }: Prepared): Promise<void> {
  await scenario.teardown(createApi(transport, figures.after, settings.baseUrls), state, settings)
}

export function handleSummary(data: K6Data<Prepared>): Record<string, string> {
  const summary = summaryOf(data, scenario, settings)
  const file = __ENV.SUMMARY
  return {
    stdout: `${describe(summary)}\n`,
    ...(file && { [file]: `${JSON.stringify(summary, null, 2)}\n` }),
  }
}
