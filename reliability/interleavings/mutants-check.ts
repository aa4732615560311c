/** Whether the search finds every mutant, and what it found once. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ownEngine } from './engine.ts'
import { withGround } from './ground.ts'
import { makeMutant, removeMutant } from './mutant.ts'
import { mutants } from './mutants.ts'
import type { Program } from './program.ts'
import { runProgram } from './run.ts'
import { type ParallelOptions, searchInProcess } from './workers.ts'

const folderOfRecords = new URL('found/', import.meta.url)
const recordOf = (name: string) => fileURLToPath(new URL(`${name}.json`, folderOfRecords))

/** Searches in each mutant; `record`: keeps the programs that were found. Resolves whether all were. */
export async function searchMutants(options: ParallelOptions & { named: string; record: boolean }): Promise<boolean> {
  let isFound = true
  for (const mutant of mutants.filter(({ name }) => name.includes(options.named))) {
    const folder = makeMutant(mutant)
    const { schedules, seconds, found } = await searchInProcess({ ...options, engine: folder })
    removeMutant(folder)
    const [violation] = found?.first ?? []
    const what = violation ? `${violation.invariant}: ${violation.detail}` : 'NOT FOUND'
    console.log(`${mutant.name}: ${what} (${schedules} schedules, ${seconds.toFixed(1)} s)`)
    if (!found) isFound = false
    else if (options.record) {
      mkdirSync(folderOfRecords, { recursive: true })
      writeFileSync(recordOf(mutant.name), `${JSON.stringify(found.program, null, 1)}\n`)
    }
  }
  return isFound
}

/** Each recorded program breaks an invariant in its mutant, and none in the engine. */
export async function checkRecorded(): Promise<boolean> {
  let isAsRecorded = true
  const say = (line: string) => {
    isAsRecorded = false
    console.log(line)
  }
  for (const mutant of mutants) {
    if (!existsSync(recordOf(mutant.name))) {
      say(
        `${mutant.name}: nothing is recorded. Find it: npm run torture:interleavings -- --mutants --named ${mutant.name} --record`,
      )
      continue
    }
    const program = JSON.parse(readFileSync(recordOf(mutant.name), 'utf8')) as Program
    const violationsIn = (folder: string) =>
      withGround(folder, async (ground) => (await runProgram(program, ground)).violations)
    const folder = makeMutant(mutant)
    const [violation] = await violationsIn(folder)
    removeMutant(folder)
    const [own] = await violationsIn(ownEngine)
    if (!violation) say(`${mutant.name}: the recorded program breaks nothing any more. Record another one.`)
    else if (own) say(`${mutant.name}: the engine itself breaks “${own.invariant}”: ${own.detail}`)
    else console.log(`${mutant.name}: ${violation.invariant}: ${violation.detail}`)
  }
  return isAsRecorded
}
