/**
 * `npm run soak`: mixed load on databases and processes of its own, for long; memory, handles, Redis' keys and the
 * outbox must stay flat. Ends with 1 if anything is violated.
 *   --minutes 30   --processes 2   --out docs/soak.md
 */
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { unlessEnded } from './fleet/interrupt.ts'
import { load as busy, items, machine } from './fleet/machine.ts'
import { startLoad } from './reliability/load.ts'
import { startRig } from './reliability/rig.ts'
import { look, type Sample, trends } from './soak/samples.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    processes: { type: 'string', default: '2' },
    out: { type: 'string' },
  },
})
const { minutes, processes, out } = values
for (const [name, value] of Object.entries({ minutes, processes })) {
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new Error(`--${name} takes a whole number, not "${value}".`)
}
const seconds = Number(minutes) * 60
const everySeconds = Math.max(2, seconds / 120)

const rig = await startRig({ processes: Number(processes) })
let failed = true
try {
  const { text, violations } = await unlessEnded(soak())
  console.log(text)
  if (out) writeFileSync(out, text)
  failed = violations > 0
} finally {
  await rig.stop()
}
process.exit(failed ? 1 : 0)

async function soak(): Promise<{ text: string; violations: number }> {
  const load = await startLoad(rig.fleet, rig.sql)
  const { recorder } = load
  const chapter = recorder.begin('soak', { allowedStaleMs: 1_000 })
  const started = performance.now()
  const passed = () => (performance.now() - started) / 1_000
  const samples: Sample[] = []
  while (passed() < seconds && !load.isBroken()) {
    samples.push(await look(rig, passed()))
    await delay(everySeconds * 1_000)
  }
  await load.end()
  await load.check()
  recorder.settle(true)
  for (const process of rig.fleet.unforeseen) recorder.violate('process', process)
  const rows = trends(samples, seconds / 4).map(({ name, first, last, perMinute }) => {
    return `| ${name} | ${first.toFixed(1)} | ${last.toFixed(1)} | ${perMinute.toFixed(2)} |`
  })
  const { violations } = recorder
  const text = `${[
    '# Soak',
    items({
      ...machine(),
      'Load (1, 5, 15 min)': busy(),
      Command: `\`npm run soak -- --minutes ${minutes} --processes ${processes} --out docs/soak.md\``,
      Operations: `${(chapter.reads + chapter.writes).toLocaleString('en')} answered, ${chapter.failed} failed`,
      Violations: violations.length,
    }),
    `The callers of [reliability](reliability.md), without faults. ${samples.length} looks; the first quarter is warming up and does not count. The slope is the median of the slopes between all pairs of looks (Theil–Sen). Garbage is collected before each look, so the heap is what is held; the memory of the process also has what V8 keeps for later.`,
    ['| | first | last | a minute |', '|---|--:|--:|--:|', ...rows].join('\n'),
    ...violations.map(({ kind, detail }) => `- ${kind}: ${detail}`),
  ].join('\n\n')}\n`
  return { text, violations: violations.length }
}
