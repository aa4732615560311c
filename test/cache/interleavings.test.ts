/** The short form of `npm run torture:interleavings`, in processes of its own: it takes over all timers. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { makeMutant, removeMutant } from '../../reliability/interleavings/mutant.ts'
import { mutants } from '../../reliability/interleavings/mutants.ts'

const exec = promisify(execFile)
const main = fileURLToPath(new URL('../../reliability/interleavings/main.ts', import.meta.url))
/** Resolves to what it printed; rejects with that when it ends with anything but 0. */
const torture = (...args: string[]) => exec(process.execPath, [main, ...args], { maxBuffer: 64 * 1024 * 1024 })

describe('[G1, G3, G4, case 21, case 22, case 23] the engine in any order of its steps', () => {
  it('given random programs and schedules, when they run for 20 s, then every invariant holds', async () => {
    const { stdout } = await torture('--minutes', '0.33', '--workers', '1')
    expect(stdout).toContain('No violation.')
    expect(Number(/^(\d+) schedules/m.exec(stdout)?.[1])).toBeGreaterThan(100)
  }, 120_000)

  it('given the engine with one guard removed, when the schedule runs that was once found, then an invariant is broken, and it holds with the guard', async () => {
    const { stdout } = await torture('--recorded')
    for (const { name } of mutants) expect(stdout).toMatch(new RegExp(`^${name}: `, 'm'))
  }, 120_000)

  it('given the list of mutants, when it is read, then it has at least 15, each with a guard and a name of its own', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(15)
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
    for (const mutant of mutants) removeMutant(makeMutant(mutant)) // throws if its text is not there
  })
})
