/** The command line. */
import { parseArgs } from 'node:util'
import { type Contestant, contestants } from './contestants.ts'
import type { Row } from './row.ts'
import { rows } from './rows.ts'
import type { Plan } from './session.ts'

export interface Options {
  rows: readonly Row[]
  contestants: readonly Contestant[]
  quick: boolean
  plan: Plan
  /** Where a copy of the report goes. */
  out: string | undefined
}

/** Throws for options, rows and contestants that do not exist. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      rows: { type: 'string' },
      only: { type: 'string' },
      out: { type: 'string' },
    },
  })
  return {
    rows: select(rows, values.rows, ({ name }) => [name]),
    contestants: select(contestants, values.only, ({ name, family }) => [name, family]),
    quick: values.quick,
    plan: values.quick ? { roundMs: 100, entries: 10_000 } : { roundMs: 300, entries: 100_000 },
    out: values.out,
  }
}

function select<T>(all: readonly T[], list: string | undefined, namesOf: (item: T) => string[]): readonly T[] {
  if (list === undefined) return all
  const wanted = list.split(',')
  const known = new Set(all.flatMap(namesOf))
  const unknown = wanted.filter((name) => !known.has(name))
  if (unknown.length > 0) throw new Error(`Unknown: ${unknown.join(', ')}. There are: ${[...known].join(', ')}.`)
  return all.filter((item) => namesOf(item).some((name) => wanted.includes(name)))
}
