/** Keeps the generator and what it measures on different cores, so that neither slows the other down. Linux only. */
import { availableParallelism } from 'node:os'
import { exec } from '../stack/exec.ts'

export interface Pinning {
  /** For a report. */
  said: string
  /** The command that runs `command` on the generator's core. */
  generator(command: readonly string[]): [string, ...string[]]
}

/** Leaves the last core to the generator: this process, and all it starts from now on, go to the others. */
export async function pin(): Promise<Pinning> {
  const cores = availableParallelism()
  const unpinned: Pinning = { said: 'not pinned', generator: ([file = '', ...rest]) => [file, ...rest] }
  if (cores < 2) return unpinned
  const others = cores === 2 ? '0' : `0-${cores - 2}`
  try {
    await exec('taskset', ['-a', '-p', '-c', others, String(process.pid)])
  } catch {
    return unpinned // no taskset here
  }
  return {
    said: `generator on core ${cores - 1}; application, Postgres and Redis on ${others}`,
    generator: (command) => ['taskset', '-c', String(cores - 1), ...command],
  }
}
