/** Copies of the engine with one guard removed. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ownEngine } from './engine.ts'
import type { Mutant } from './mutants.ts'

/** In this repository, so that the engine finds its packages. */
const copies = fileURLToPath(new URL('../../.interleavings/', import.meta.url))

/** Returns the folder of a copy. Throws if what is to be replaced does not stand exactly once in its file. */
export function makeMutant({ name, file, from, to }: Mutant): string {
  const folder = join(copies, `${name}-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  cpSync(ownEngine, folder, { recursive: true, filter: (path) => !path.endsWith('.test.ts') })
  const path = join(folder, file)
  const parts = readFileSync(path, 'utf8').split(from)
  if (parts.length !== 2)
    throw new Error(`Mutant ${name}: its text stands ${parts.length - 1} times in ${file}, not once.`)
  writeFileSync(path, parts.join(to))
  return folder
}

export function removeMutant(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}
