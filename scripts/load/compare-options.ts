/** The command line of a comparison. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Plan } from './compare.ts'
import { pairs } from './pairs.ts'
import { variantsOf } from './variants.ts'

const text = { type: 'string' } as const
const known = {
  compare: text,
  disable: text,
  engine: text,
  profile: text,
  seed: text,
  duration: text,
  rate: text,
  'warm-up': text,
  products: text,
  processes: text,
  rounds: text,
  out: text,
} as const

/** Whether these arguments of `npm run load` ask for a comparison. */
export const asksForComparison = ([name = '', ...rest]: readonly string[]) =>
  Object.hasOwn(pairs, name) ||
  /^pitfall-/.test(name) ||
  rest.some((option) => /^--(compare|disable)(=|$)/.test(option))

/** Throws what can be shown to a person. `out`: a file for the Markdown report, beside the results. */
export function planOf(args: string[], env: NodeJS.ProcessEnv): { plan: Plan; name: string; out: string | undefined } {
  const { values, positionals } = parseArgs({ args, options: known, allowPositionals: true })
  const [name = '', extra] = positionals
  if (extra !== undefined) throw new Error(`Unknown argument "${extra}".`)
  const pair = pairs[name]
  if (/^pitfall-/.test(name) && !pair) {
    throw new Error(`There is no "${name}". There are: ${Object.keys(pairs).join(', ')}`)
  }
  const number = (option: keyof typeof known, fallback?: number) => {
    const given = values[option]
    if (given === undefined) return fallback
    if (!/^\d+(\.\d+)?$/.test(given)) throw new Error(`--${option} must be a number, not "${given}".`)
    return Number(given)
  }
  const count = (option: keyof typeof known, fallback: number) => {
    const given = number(option) ?? fallback
    if (Number.isInteger(given) && given >= 1) return given
    throw new Error(`--${option} must be a whole number from 1 on, not "${given}".`)
  }
  const engine = values.engine ?? 'node'
  if (engine !== 'node' && engine !== 'k6') throw new Error(`--engine is node or k6, not "${engine}".`)
  const variants = pair?.variants ?? variantsOf(values.compare, values.disable)
  if (variants.length === 0) throw new Error('--compare full,naive,off: which?')
  const plan: Plan = {
    title: pair?.title ?? `${name}: ${variants.map((variant) => variant.name).join(' against ')}`,
    story: pair?.story ?? [],
    variants,
    load: {
      scenario: pair?.scenario ?? name,
      engine,
      profile: values.profile,
      seed: number('seed', 1) ?? 1,
      seconds: number('duration', pair?.seconds),
      rate: number('rate', pair?.rate),
      warmUpSeconds: number('warm-up', pair?.warmUpSeconds),
    },
    products: count('products', pair?.products ?? 2_000),
    processes: count('processes', 1),
    rounds: count('rounds', 1),
    dataDir: env.DATA_DIR || join(process.cwd(), '.data'),
    command: `npm run load -- ${withoutOut(args).join(' ')}`,
  }
  return { plan, name, out: values.out }
}

/** Where the report went says nothing about the figures, but much about somebody's machine. */
function withoutOut(args: readonly string[]): string[] {
  return args.filter((arg, index) => !/^--out(=|$)/.test(arg) && args[index - 1] !== '--out')
}
