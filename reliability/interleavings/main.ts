import { parseArgs } from 'node:util'
import { loadEngine, ownEngine } from './engine.ts'
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
  },
})
const server = await startServer()
const engine = await loadEngine(values.engine, server)
const clock = installClock()
const result = await search(
  { engine, server, clock },
  {
    seed: Number(values.seed),
    maxSchedules: Number(values.schedules),
    maxSeconds: Number(values.seconds),
    only: values.only,
  },
)
console.log(`${result.schedules} schedules, ${result.steps} steps in ${result.seconds.toFixed(1)} s`)
if (result.found) {
  const { program, outcome, after } = result.found
  console.log(`found after ${after}:`, outcome.violations)
  console.log(JSON.stringify(program))
  console.log(outcome.story.join('\n'))
}
clock.uninstall()
await server.stop()
process.exit(0)
