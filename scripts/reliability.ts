/**
 * `npm run torture`: injects every fault in turn, on databases and processes of its own, while callers read and change
 * everything and every answer is checked. Exit code 1: something was violated, or not covered.
 *   --minutes 30   --processes 2   --only 'Redis'   --out docs/reliability.md
 * With minutes, faults that take long are injected in every tenth round.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { unlessEnded } from './fleet/interrupt.ts'
import { faults } from './reliability/faults.ts'
import { runMatrix } from './reliability/matrix.ts'
import { markdown } from './reliability/report.ts'
import { startRig } from './reliability/rig.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '0' },
    processes: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    out: { type: 'string' },
  },
})
const { minutes, processes, only, out } = values
for (const [name, value] of Object.entries({ minutes, processes })) {
  if (!/^\d{1,4}$/.test(value)) throw new Error(`--${name} must be a whole number from 0 to 9999, not "${value}".`)
}
const rig = await startRig({ processes: Number(processes) })
let failed = true
try {
  const chosen = faults.filter(({ name }) => name.includes(only))
  const run = runMatrix({ rig, faults: chosen, seconds: Number(minutes) * 60, say: (line) => console.error(line) })
  const result = await unlessEnded(run)
  const chosenBy = only && ` --only '${only}'`
  const text = markdown(result, `npm run torture -- --minutes ${minutes} --processes ${processes}${chosenBy}`)
  console.log(text)
  if (out) writeFileSync(out, text)
  failed = result.violations.length + result.uncovered.length > 0
} finally {
  await rig.stop()
}
process.exit(failed ? 1 : 0)
