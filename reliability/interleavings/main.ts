/**
 * `npm run torture:interleavings`: searches for an order of steps in which the cache engine breaks an invariant. Ends
 * with 1 if there is one. docs/interleavings.md tells how to read what it prints.
 *   --minutes 10  --workers 2  --seed 1  --engine src/cache  --only 'no stale read'
 *   --replay FILE     runs one program and tells its story
 *   --mutants         searches in each mutant; --named PART: only those with PART in their names; --record keeps the
 *                     programs that break an invariant
 *   --recorded        runs what was recorded for each mutant, in the mutant and in the engine
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ownEngine } from './engine.ts'
import { withGround } from './ground.ts'
import { checkRecorded, searchMutants } from './mutants-check.ts'
import { printFound, printStory } from './print.ts'
import { runProgram } from './run.ts'
import { searchInParallel } from './workers.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    workers: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    schedules: { type: 'string', default: '1000000000' },
    engine: { type: 'string', default: ownEngine },
    only: { type: 'string' },
    replay: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    named: { type: 'string', default: '' },
    record: { type: 'boolean', default: false },
    recorded: { type: 'boolean', default: false },
  },
})
const numberOf = (name: 'minutes' | 'workers' | 'seed' | 'schedules', least: number) => {
  const value = Number(values[name])
  if (!(value >= least)) throw new Error(`--${name} takes a number of at least ${least}, not "${values[name]}".`)
  return value
}
const options = {
  engine: values.engine,
  seed: numberOf('seed', 0),
  maxSeconds: numberOf('minutes', 0) * 60,
  maxSchedules: numberOf('schedules', 1),
  only: values.only,
}

process.exitCode = (await run()) ? 0 : 1

/** Resolves whether everything is as it should be. */
async function run(): Promise<boolean> {
  if (values.replay) {
    const program = JSON.parse(readFileSync(values.replay, 'utf8'))
    const { violations, story } = await withGround(values.engine, (ground) => runProgram(program, ground, true))
    printStory(story, violations)
    return violations.length === 0
  }
  if (values.recorded) return checkRecorded()
  if (values.mutants) return searchMutants({ ...options, named: values.named, record: values.record })
  console.log(`Seed ${options.seed}, ${values.workers} processes, ${values.minutes} min at most.`)
  const { schedules, steps, seconds, found } = await searchInParallel(options, numberOf('workers', 1))
  const rate = Math.round(schedules / seconds)
  console.log(`${schedules} schedules, ${steps} steps, ${rate} schedules a second, ${seconds.toFixed(0)} s.`)
  if (!found) console.log('No violation.')
  else printFound(found)
  return !found
}
