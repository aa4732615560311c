/** `npm run load -- <scenario> [options] [-- options of k6]`: runs load-tests/scenarios/<scenario>.ts on a running server. */
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadScenario } from '../load-tests/engine-node/load-scenario.ts'
import { options, variablesOf } from '../load-tests/engine-node/options.ts'
import type { Summary } from '../load-tests/lib/summary.ts'
import { asksForComparison } from './load/compare-options.ts'
import { runComparison } from './load/comparison.ts'
import { run } from './load/run.ts'
import { getK6, runWithK6 } from './load/with-k6.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const say = (line: string) => console.error(line)

try {
  const args = process.argv.slice(2)
  process.exitCode = asksForComparison(args) ? await runComparison(root, args, say) : await load(args)
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

/** Ends with 0 if all thresholds hold, with 99 if one is broken. */
async function load(given: string[]): Promise<number> {
  const end = given.indexOf('--')
  const [ours, k6Options] = end < 0 ? [given, []] : [given.slice(0, end), given.slice(end + 1)]
  const { engine, rest } = takeEngine(ours)
  const { values, positionals } = options(rest)
  const [name = ''] = positionals
  await loadScenario(name)
  const baseUrl = values['base-url'] || process.env.BASE_URL || `http://127.0.0.1:${process.env.PORT || 3000}`
  for (const url of baseUrl.split(',')) await expectServer(url.replace(/\/+$/, ''))
  const k6 = engine === 'node' ? { help: '' } : await getK6(root, say)
  if ('help' in k6) {
    if (engine === 'k6') throw new Error(k6.help)
    if (k6.help) say(`${k6.help}\n\nNode does it meanwhile (--engine node).`)
    const engineNode = join(root, 'load-tests', 'engine-node', 'run.ts')
    return run(process.execPath, [engineNode, ...rest, ...(values['base-url'] ? [] : ['--base-url', baseUrl])])
  }
  const { BASE_URL: _, ...told } = variablesOf(values)
  const file = values.summary ?? join('load-tests', 'results', `${name}-k6.json`)
  mkdirSync(dirname(join(root, file)), { recursive: true })
  const variables = { ...told, SUMMARY: file }
  const code = await runWithK6(k6, { root, name, baseUrl, variables, options: k6Options })
  if (code !== 0) return code
  // k6 knows no threshold on a ratio; the summary has all of them.
  const summary = JSON.parse(readFileSync(join(root, file), 'utf8')) as Summary
  return summary.thresholds.every(({ ok }) => ok) ? 0 : 99
}

function takeEngine(args: string[]): { engine: string | undefined; rest: string[] } {
  const at = args.findIndex((arg) => arg === '--engine' || arg.startsWith('--engine='))
  if (at < 0) return { engine: undefined, rest: args }
  const [, inline] = args[at]?.split('=') ?? []
  const engine = inline ?? args[at + 1] ?? ''
  if (!['node', 'k6'].includes(engine)) throw new Error(`--engine is node or k6, not "${engine}".`)
  return { engine, rest: args.toSpliced(at, inline === undefined ? 2 : 1) }
}

async function expectServer(baseUrl: string): Promise<void> {
  const answer = await fetch(`${baseUrl}/livez`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
  if (answer?.ok) return
  const what = answer ? `${baseUrl}/livez answers ${answer.status}` : `Nothing answers at ${baseUrl}/livez`
  throw new Error(`${what}. Start the server first (npm start), or say where it is: BASE_URL=http://…`)
}
