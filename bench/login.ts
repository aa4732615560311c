/**
 * `npm run bench:login`: 500 logins at once for one account over two processes, with the caches and with CACHE_MODE=off;
 * and what `session.me` costs beside a procedure that does nothing but one GET. On databases of its own. Prints
 * Markdown; ends with 1 if a target is missed.
 *   --logins 500   --calls 20000   --out docs/login-bench.md
 */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { startDatabases } from '../scripts/fleet/databases.ts'
import { startFleet } from '../scripts/fleet/fleet.ts'
import { unlessEnded } from '../scripts/fleet/interrupt.ts'
import { items, load, machine } from '../scripts/fleet/machine.ts'
import { hashPassword, owaspCost } from '../src/sessions/password/argon2.ts'
import { type Burst, burst, type Member } from './login/burst.ts'
import { type HotPath, hotPath } from './login/hot-path.ts'
import { median } from './stats.ts'

const { values } = parseArgs({
  options: {
    logins: { type: 'string', default: '500' },
    calls: { type: 'string', default: '20000' },
    out: { type: 'string' },
  },
})
const [logins, calls] = [Number(values.logins), Number(values.calls)]
const mostQueries = 1
const leastGain = 4
const mostRatio = 1.3
const member: Member = { email: 'member@example.com', password: 'a long enough password' }

let faults: string[] = ['it did not come to an end']
const databases = await startDatabases()
try {
  await insertMember()
  const { text, missed } = await unlessEnded(run())
  console.log(text)
  if (values.out) writeFileSync(values.out, text)
  faults = missed
} finally {
  await databases.stop()
}
for (const fault of faults) console.error(fault)
process.exit(faults.length > 0 ? 1 : 0)

async function run() {
  const CACHE_SEAL_KEY = randomBytes(32).toString('hex')
  const [full, off] = [await withFleet({ CACHE_SEAL_KEY }), await withFleet({ CACHE_SEAL_KEY, CACHE_MODE: 'off' })]
  const hot = await hotPath({ ...databases, calls })
  const ratio = median(hot.rounds.map(({ me, noop }) => me / noop))
  const gain = off.p99 / full.p99
  const missed = [
    ...(full.queries > mostQueries ? [`${full.queries} credential queries, not ${mostQueries}`] : []),
    ...(gain < leastGain ? [`p99 is ${gain.toFixed(1)} times better, not ${leastGain}`] : []),
    ...(ratio > mostRatio ? [`session.me takes ${ratio.toFixed(2)} times the CPU, not ${mostRatio}`] : []),
    ...(hot.loads > 0 ? [`${hot.loads} loads on the hot path`] : []),
    ...[full, off].flatMap(({ intruders }) => (intruders > 0 ? [`${intruders} wrong passwords got in`] : [])),
  ]
  return { text: report(full, off, gain, hot, ratio), missed }
}

async function withFleet(env: Record<string, string>): Promise<Burst> {
  const fleet = await startFleet({ processes: 2, ...databases, env })
  try {
    return await burst(fleet.bases, member, logins)
  } finally {
    await fleet.stop()
  }
}

async function insertMember(): Promise<void> {
  const client = new pg.Client({ connectionString: databases.databaseUrl })
  await client.connect()
  await client.query(
    `WITH made AS (INSERT INTO app_user (email, name) VALUES ($1, 'A Member') RETURNING id)
     INSERT INTO credential (user_id, password_hash) SELECT id, $2 FROM made`,
    [member.email, await hashPassword(member.password, owaspCost)],
  )
  await client.end()
}

function report(full: Burst, off: Burst, gain: number, hot: HotPath, ratio: number): string {
  const row = (name: string, of: (burst: Burst) => string | number) => `| ${name} | ${of(full)} | ${of(off)} |`
  const ms = (value: number) => `${value.toFixed(0)} ms`
  const µs = (value: number) => (value * 1_000).toFixed(1)
  return `${[
    '# A burst of logins, and what a session costs',
    items({ ...machine(), 'Load (1, 5, 15 min)': load(), Command: '`npm run bench:login`' }),
    `${logins} logins at once for one account over 2 processes, each with a connection of its own; one in ten has a wrong password. Who is told to come again (503) does so after the second it is told to wait, and its time goes on. The processes, Postgres, Redis and the callers share the machine. Passwords cost what they cost in production.`,
    [
      '| | full | `CACHE_MODE=off` |',
      '|---|---:|---:|',
      row('credential queries', ({ queries }) => queries),
      row('logged in', ({ ok }) => ok),
      row('wrong passwords refused', ({ refused }) => refused),
      row('wrong passwords let in', ({ intruders }) => intruders),
      row('told to come again (503)', ({ again }) => again),
      row('p50', ({ p50 }) => ms(p50)),
      row('p99', ({ p99 }) => ms(p99)),
    ].join('\n'),
    `p99 is ${gain.toFixed(1)} times better (target: ${leastGain}).`,
    `\`session.me\` beside a procedure that does nothing and sends one GET for a value as long: CPU of the process a call, µs, ${calls} calls a round, called in process without HTTP, in turn:`,
    [
      '| round | session.me | no-op + GET | ratio |',
      '|---|---:|---:|---:|',
      ...hot.rounds.map(
        ({ me, noop }, index) => `| ${index + 1} | ${µs(me)} | ${µs(noop)} | ${(me / noop).toFixed(2)} |`,
      ),
    ].join('\n'),
    `The median ratio is ${ratio.toFixed(2)} (target: ${mostRatio}). Queries to Postgres on the way: ${hot.loads}; GETs: ${hot.gets.toFixed(2)} a call.`,
  ].join('\n\n')}\n`
}
