import { parseArgs } from 'node:util'
import { loadEngine, ownEngine } from './engine.ts'
import { makeMutant, removeMutant } from './mutant.ts'
import { mutants } from './mutants.ts'
import { search } from './search.ts'
import { startServer } from './server.ts'
import { installClock } from './time.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    schedules: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    engine: { type: 'string', default: ownEngine },
    only: { type: 'string' },
    mutants: { type: 'string' },
  },
})
const server = await startServer()
const clock = installClock()
const options = { maxSchedules: Number(values.schedules), maxSeconds: Number(values.seconds), only: values.only }
if (values.mutants !== undefined) {
  for (const mutant of mutants.filter(({ name }) => name.includes(values.mutants ?? ''))) {
    const folder = makeMutant(mutant)
    const engine = await loadEngine(folder, server)
    const { schedules, seconds, found } = await search({ engine, server, clock }, { ...options, seed: Number(values.seed), shrink: false })
    const [violation] = found?.first ?? []
    if (found && found.outcome.violations.length === 0) console.log('  (not again)')
    console.log(found ? 'found' : 'NOT FOUND', mutant.name, schedules, `${seconds.toFixed(1)} s`, violation?.invariant ?? '', violation?.detail ?? '')
    removeMutant(folder)
  }
} else {
  const engine = await loadEngine(values.engine, server)
  const result = await search({ engine, server, clock }, { ...options, seed: Number(values.seed) })
  console.log(`${result.schedules} schedules, ${result.steps} steps in ${result.seconds.toFixed(1)} s`)
  if (result.found) {
    const { program, outcome, after } = result.found
    console.log(`found after ${after}:`, outcome.violations)
    console.log(JSON.stringify(program))
    console.log(outcome.story.join('\n'))
  }
}
clock.uninstall()
await server.stop()
process.exit(0)
