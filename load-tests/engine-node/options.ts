/** The command line of `npm run load` and of the Node engine, and the variables that stand for it. */
import { parseArgs } from 'node:util'

const text = { type: 'string' } as const

const known = {
  'base-url': text,
  profile: text,
  seed: text,
  /** s */
  duration: text,
  'warm-up': text,
  rate: text,
  products: text,
  'max-vus': text,
  /** Where the summary goes, as JSON. */
  summary: text,
} as const

/** Throws for options it does not know. */
export const options = (args: string[]) => parseArgs({ args, options: known, allowPositionals: true })

export type OptionValues = ReturnType<typeof options>['values']

/** `--warm-up 5` is WARM_UP=5: what config/settings.ts reads, and k6 is given. */
export function variablesOf(values: OptionValues): Record<string, string> {
  const entries = Object.entries(values).filter(([name, value]) => name !== 'summary' && value !== undefined)
  return Object.fromEntries(entries.map(([name, value]) => [name.toUpperCase().replaceAll('-', '_'), value as string]))
}
