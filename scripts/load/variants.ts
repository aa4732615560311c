/** What is compared: the application in its modes, and with single mechanisms switched off. */
import { type CacheMode, cacheModes, type Mechanism, mechanisms } from '../../src/cache/switches.ts'

export interface Variant {
  name: string
  mode: CacheMode
  /** Switched off, in mode full only. */
  disabled: Mechanism[]
  /** A file in load-tests/contrast/ that stands before the application, and which of its ways it goes. */
  contrast?: { file: string; way: string }
  /** The scenario, where it is not that of the others. */
  scenario?: string
  /** Arrivals per second, where they are not as many as for the others. */
  rate?: number
}

/**
 * `compare`: modes, each with a rate of its own if wanted (`full@400,off@100`); `disable`: mechanisms that are off in
 * one more variant. Both separated by commas. Throws for others.
 */
export function variantsOf(compare = '', disable = ''): Variant[] {
  const plain = listOf(compare).map(modeOf)
  const disabled = listOf(disable).map((name) => oneOf(name, mechanisms, 'mechanism'))
  if (disabled.length === 0) return plain
  const full: Variant = { name: 'full', mode: 'full', disabled: [] }
  const without: Variant = { name: `full without ${disabled.join(', ')}`, mode: 'full', disabled }
  return [...(plain.length > 0 ? plain : [full]), without]
}

function modeOf(text: string): Variant {
  const [name = '', rate] = text.split('@')
  const mode = oneOf(name, cacheModes, 'mode')
  if (rate === undefined) return { name: mode, mode, disabled: [] }
  if (!/^\d+(\.\d+)?$/.test(rate)) throw new Error(`${text}: the rate must be a number, as in ${mode}@200.`)
  return { name: `${mode} at ${rate}/s`, mode, disabled: [], rate: Number(rate) }
}

const listOf = (text: string) => [...new Set(text.split(',').map((name) => name.trim()))].filter(Boolean)

function oneOf<T extends string>(name: string, known: readonly T[], what: string): T {
  const found = known.find((candidate) => candidate === name)
  if (!found) throw new Error(`There is no ${what} "${name}". There are: ${known.join(', ')}`)
  return found
}
