/**
 * `npm run bench:login`: 500 logins at once for one account over two processes, with the caches and with CACHE_MODE=off;
 * catalog reads beside a storm of logins; and what `session.me` costs beside a procedure that does nothing but one GET.
 * On databases of its own. Prints Markdown; ends with 1 if a target is missed.
 *   --logins 500   --rounds 9   --requests 3000   --out docs/login-bench.md
 */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { startDatabases } from '../scripts/fleet/databases.ts'
import { startFleet } from '../scripts/fleet/fleet.ts'
import { unlessEnded } from '../scripts/fleet/interrupt.ts'
import { items, load, machine } from '../scripts/fleet/machine.ts'
import { seed } from '../scripts/seed/load.ts'
import { hashPassword, owaspCost } from '../src/sessions/password/argon2.ts'
import { type Burst, burst, type Member } from './login/burst.ts'
import { type HotPath, hotPath } from './login/hot-path.ts'
import { type Storm, storm } from './login/storm.ts'
import { median } from './stats.ts'

const { values } = parseArgs({
  options: {
    logins: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '9' },
    requests: { type: 'string', default: '3000' },
    out: { type: 'string' },
  },
})
const [logins, rounds, requests] = [values.logins, values.rounds, values.requests].map(Number) as [
  number,
  number,
  number,
]
const mostQueries = 1
const leastGain = 4
const mostRatio = 1.3
const mostSlower = 2
const stormOf = { rounds: 9, seconds: 4, readsPerSecond: 500, loginsPerSecond: 100 }
const member: Member = { email: 'member@example.com', password: 'a long enough password' }

let faults: string[] = ['it did not come to an end']
const databases = await startDatabases()
try {
  await seed(databases.databaseUrl, { products: 50 })
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
  const ofOne = (bases: readonly string[]) => burst(bases, member, logins)
  const full = await withFleet({ CACHE_SEAL_KEY }, ofOne)
  const off = await withFleet({ CACHE_SEAL_KEY, CACHE_MODE: 'off' }, ofOne)
  const beside = await withFleet({ CACHE_SEAL_KEY }, (bases) => storm(bases, stormOf))
  const slower = median(beside.rounds.map(({ calm, storm }) => storm / calm))
  const hot = await hotPath({ ...databases, rounds, requests })
  const ratio = median(hot.rounds.map(({ me, noop }) => me / noop))
  const gain = off.p99 / full.p99
  const missed = [
    ...(full.queries > mostQueries ? [`${full.queries} credential queries, not ${mostQueries}`] : []),
    ...(gain < leastGain ? [`p99 is ${gain.toFixed(1)} times better, not ${leastGain}`] : []),
    ...(slower > mostSlower ? [`reads take ${slower.toFixed(2)} times as long beside a storm, not ${mostSlower}`] : []),
    ...(ratio > mostRatio ? [`session.me takes ${ratio.toFixed(2)} times the CPU, not ${mostRatio}`] : []),
    ...(hot.queries > 0 ? [`${hot.queries} queries on the hot path`] : []),
    ...(hot.gets > 1.05 ? [`${hot.gets} GETs a request`] : []),
    ...[full, off].flatMap(({ intruders }) => (intruders > 0 ? [`${intruders} wrong passwords got in`] : [])),
  ]
  return { text: report({ full, off, gain, beside, slower, hot, ratio }), missed }
}

async function withFleet<T>(env: Record<string, string>, work: (bases: readonly string[]) => Promise<T>): Promise<T> {
  const fleet = await startFleet({ processes: 2, ...databases, env })
  try {
    return await work(fleet.bases)
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

interface Figures {
  full: Burst
  off: Burst
  gain: number
  beside: Storm
  slower: number
  hot: HotPath
  ratio: number
}

function report({ full, off, gain, beside, slower, hot, ratio }: Figures): string {
  const row = (name: string, of: (burst: Burst) => string | number) => `| ${name} | ${of(full)} | ${of(off)} |`
  const ms = (value: number) => `${value.toFixed(0)} ms`
  const µs = (value: number) => value.toFixed(1)
  return `${[
    '# A burst of logins, and what a session costs',
    items({ ...machine(), 'Load (1, 5, 15 min)': load(), Command: '`npm run bench:login`' }),
    `${logins} logins at once for one account over 2 processes, each with a connection of its own, and one with a wrong password beside every ten. Who is told to come again (503) does so after the second it is told to wait, and its time goes on. The processes, Postgres, Redis and the callers share the machine. Passwords cost what they cost in production.`,
    [
      '| | full | `CACHE_MODE=off` |',
      '|---|---:|---:|',
      row('credential queries', ({ queries }) => queries),
      row('logged in', ({ ok }) => ok),
      row('wrong passwords refused', ({ refused }) => refused),
      row('wrong passwords let in', ({ intruders }) => intruders),
      row('told to come again (503)', ({ again }) => again),
      row('p50 of a right password', ({ p50 }) => ms(p50)),
      row('p99 of a right password', ({ p99 }) => ms(p99)),
      row('p99 of a wrong one', ({ wrongP99 }) => ms(wrongP99)),
    ].join('\n'),
    `p99 is ${gain.toFixed(1)} times better (target: ${leastGain}).`,
    `Catalog reads (products, a list, facets: all cached), ${stormOf.readsPerSecond} a second, for ${stormOf.seconds} s by themselves and for ${stormOf.seconds} s beside ${stormOf.loginsPerSecond} logins a second of which each has to be hashed; p99 of a read:`,
    [
      '| round | calm | storm | ratio |',
      '|---|---:|---:|---:|',
      ...beside.rounds.map(
        ({ calm, storm }, index) =>
          `| ${index + 1} | ${calm.toFixed(1)} ms | ${storm.toFixed(1)} ms | ${(storm / calm).toFixed(2)} |`,
      ),
    ].join('\n'),
    `The median ratio is ${slower.toFixed(2)} (target: ${mostSlower}). Passwords checked: ${beside.checked}; told to come again (503): ${beside.shed}.`,
    `\`session.me\` beside a procedure that does nothing but one GET of the same value, both over HTTP through the same handlers, 8 connections with a session each: CPU of the server a request, µs, ${requests} requests a round, in turn:`,
    [
      '| round | session.me | no-op + GET | ratio |',
      '|---|---:|---:|---:|',
      ...hot.rounds.map(
        ({ me, noop }, index) => `| ${index + 1} | ${µs(me)} | ${µs(noop)} | ${(me / noop).toFixed(2)} |`,
      ),
    ].join('\n'),
    `The median ratio is ${ratio.toFixed(2)} (target: ${mostRatio}). Queries of sessions to Postgres on the way: ${hot.queries}; GETs: ${hot.gets.toFixed(2)} a request.`,
  ].join('\n\n')}\n`
}
