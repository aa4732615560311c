/**
 * `npm run torture:inventory`: random operations on the stock by many callers, over several processes that are killed
 * now and then, on databases of their own; then everything is counted. Prints Markdown; ends with 1 if anything is
 * wrong. Options, after `--`: `--operations 1000000 --processes 3 --seed 1 --callers 48 --kills 50 --checks 10 --out FILE`.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startDatabases } from './fleet/databases.ts'
import { startFleet } from './fleet/fleet.ts'
import { unlessEnded } from './fleet/interrupt.ts'
import { items, load, machine } from './fleet/machine.ts'
import { type Report, torture } from './torture/torture.ts'

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '1000000' },
    processes: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    callers: { type: 'string', default: '48' },
    kills: { type: 'string', default: '50' },
    checks: { type: 'string', default: '10' },
    out: { type: 'string' },
  },
})
const { out, ...given } = values
for (const [name, value] of Object.entries(given)) {
  if (!/^\d{1,9}$/.test(value)) throw new Error(`--${name} takes a whole number, not "${value}".`)
}
const [processes, operations] = [Number(values.processes), Number(values.operations)]
const say = (line: string) => console.error(line)

let failed = true
const databases = await startDatabases()
try {
  const fleet = await startFleet({ processes, ...databases })
  try {
    const run = torture({
      fleet,
      databaseUrl: databases.databaseUrl,
      operations,
      callers: Number(values.callers),
      seed: Number(values.seed),
      kills: Number(values.kills),
      checks: Number(values.checks),
      say,
    })
    const report = await unlessEnded(run)
    const text = markdown(report)
    console.log(text)
    if (out) writeFileSync(out, text)
    failed = report.violations.length > 0
  } finally {
    await fleet.stop()
  }
} finally {
  await databases.stop()
}
process.exit(failed ? 1 : 0)

function markdown(report: Report): string {
  const figures = Object.entries(given).map(([name, value]) => `--${name} ${value}`)
  const rows = Object.entries(report.outcomes).flatMap(([operation, outcomes]) =>
    Object.entries(outcomes)
      .toSorted(([, a], [, b]) => b - a)
      .map(([outcome, count]) => `| ${operation} | ${outcome} | ${count.toLocaleString('en')} |`),
  )
  return `${[
    '# Torture of the inventory',
    items({
      ...machine(),
      'Load (1, 5, 15 min)': load(),
      Command: `\`npm run torture:inventory -- ${figures.join(' ')}\``,
    }),
    items({
      Operations: `${report.operations.toLocaleString('en')} in ${Math.round(report.seconds)} s: ${Math.round(report.operations / report.seconds)}/s`,
      Processes: `${processes}, ${report.kills} times one was killed`,
      'Requests repeated': `${report.unanswered} that got no answer, ${report.overloaded} that were told to come again`,
      'In the end': `${report.reservations.toLocaleString('en')} reservations, ${report.movements.toLocaleString('en')} movements`,
      Checks: report.checks,
      Violations: report.violations.length === 0 ? 'none' : 'see below',
    }),
    ...report.violations.map((violation) => `\`\`\`\n${violation}\n\`\`\``),
    ['| operation | outcome | |', '|---|---|---:|', ...rows.toSorted()].join('\n'),
  ].join('\n\n')}\n`
}
