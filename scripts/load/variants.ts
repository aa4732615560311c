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
}

/** `compare`: modes; `disable`: mechanisms that are off in one more variant. Both separated by commas. Throws for others. */
export function variantsOf(compare = '', disable = ''): Variant[] {
  const modes = listOf(compare, cacheModes, 'mode')
  const disabled = listOf(disable, mechanisms, 'mechanism')
  const plain = modes.map((mode): Variant => ({ name: mode, mode, disabled: [] }))
  if (disabled.length === 0) return plain
  const full: Variant = { name: 'full', mode: 'full', disabled: [] }
  const without: Variant = { name: `full without ${disabled.join(', ')}`, mode: 'full', disabled }
  return [...(plain.length > 0 ? plain : [full]), without]
}

function listOf<T extends string>(text: string, known: readonly T[], what: string): T[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))].filter(Boolean)
  return names.map((name) => {
    const found = known.find((candidate) => candidate === name)
    if (!found) throw new Error(`There is no ${what} "${name}". There are: ${known.join(', ')}`)
    return found
  })
}
