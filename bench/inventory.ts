/**
 * `npm run bench:inventory`: reservations, made by the usual code, by one statement each, and by this project, side by
 * side on the same Postgres in one run. Prints Markdown; ends with 1 if a target is missed or the stock is not right.
 *   --rounds 9   --round-ms 1500   --out docs/inventory-bench.md
 */
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type pg from 'pg'
import { startDatabases } from '../scripts/fleet/databases.ts'
import { unlessEnded } from '../scripts/fleet/interrupt.ts'
import { items, load, machine } from '../scripts/fleet/machine.ts'
import { checkNow, describe } from '../scripts/torture/invariants.ts'
import { type AppRouter, createApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { createLog } from '../src/platform/logging.ts'
import { createCallerFactory, nobody } from '../src/platform/trpc.ts'
import { type Contestant, measure, type Setting, type Standing } from './inventory/measure.ts'
import { insertStock } from './inventory/stock.ts'
import { oneStatement, type Reserve, usualCode } from './inventory/usual.ts'
import { median, ratios } from './stats.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    'round-ms': { type: 'string', default: '1500' },
    out: { type: 'string' },
  },
})
const [rounds, roundMs] = [Number(values.rounds), Number(values['round-ms'])]
const [usual, single, product] = ['the usual code', 'one statement each', 'this project']

/** What the project's median ratio, to another's round beside it, must reach. */
const targets = [
  { setting: 0, to: usual, least: 15 },
  { setting: 1, to: usual, least: 1.5 },
  { setting: 2, to: single, least: 1 },
]
const say = (line: string) => console.error(line)

let failed = true
const databases = await startDatabases()
try {
  const log = createLog('warn')
  const config = loadConfig({ DATABASE_URL: databases.databaseUrl, REDIS_URL: databases.redisUrl, PORT: '0' })
  const app = createApp(config, log)
  await app.redis.waitUntilUp(5_000)
  await app.cache.start()
  const caller = createCallerFactory(app.router)(nobody('bench', log))
  try {
    const { text, faults } = await unlessEnded(run(app.db.pool, config.DB_POOL_MAX, caller))
    console.log(text)
    if (values.out) writeFileSync(values.out, text)
    failed = faults.length > 0
  } finally {
    await app.close()
  }
} finally {
  await databases.stop()
}
process.exit(failed ? 1 : 0)

type Caller = ReturnType<AppRouter['createCaller']>

/** The procedure, called in process: validation, metrics and caches are in it, HTTP is not. */
function thisProject(caller: Caller): Reserve {
  const { create } = caller.inventory.reservation
  return async (variantId) => {
    const { status } = await create({
      lines: [{ variantId, quantity: 1 }],
      ttlSeconds: 600,
      idempotencyKey: randomUUID(),
    })
    return status === 'active'
  }
}

async function run(pool: pg.Pool, poolSize: number, caller: Caller): Promise<{ text: string; faults: string[] }> {
  const { ids: variantIds } = await insertStock(pool, Array(33).fill(1_000_000_000))
  const [hot, ...others] = variantIds as [string, ...string[]]
  let acknowledged = 0
  const contestants: Contestant[] = [
    { name: usual, reserve: usualCode(pool) },
    { name: single, reserve: oneStatement(pool) },
    { name: product, reserve: thisProject(caller) },
  ].map(({ name, reserve }) => ({
    name,
    reserve: async (variantId) => {
      const done = await reserve(variantId)
      acknowledged += done ? 1 : 0
      return done
    },
  }))
  const settings: Setting[] = [
    { name: 'one hot variant, 64 callers', callers: 64, variantIds: [hot] },
    { name: '32 random variants, 64 callers', callers: 64, variantIds: others },
    { name: 'one variant, 1 caller', callers: 1, variantIds: [hot] },
  ]
  /** No relay runs here: it would work for the others while they are measured, and this project leaves it nothing. */
  const tidy = () => pool.query('TRUNCATE outbox').then(() => {})
  const tables: Standing[][] = []
  for (const setting of settings) {
    say(`${setting.name} …`)
    tables.push(await measure(setting, contestants, { rounds, roundMs, tidy }))
  }

  const faults: string[] = []
  const rows = settings.flatMap((setting, index) => {
    const standings = tables[index] ?? []
    const target = targets.find((each) => each.setting === index)
    return standings.map((standing) => {
      const { contestant, rates, p50 } = standing
      const to = (name: string) =>
        ratio(standing, standings.find((other) => other.contestant.name === name) ?? standing)
      const isProduct = contestant.name === product
      const goal = isProduct && target ? `≥ ${target.least} × ${target.to}` : ''
      if (isProduct && target && to(target.to) < target.least) {
        faults.push(`${setting.name}: ${to(target.to).toFixed(2)} × ${target.to}, not ${target.least}`)
      }
      const figures = [Math.round(median(rates)).toLocaleString('en'), `${median(p50).toFixed(2)} ms`]
      const compared = [to(usual), to(single)].map((value) => `${value.toFixed(2)} ×`)
      return `| ${[setting.name, contestant.name, ...figures, ...compared, goal].join(' | ')} |`
    })
  })
  const connection = await pool.connect()
  faults.push(...(await checkNow(connection)).map(describe))
  const { rows: counted } = await connection.query<{ count: number }>('SELECT count(*)::int AS count FROM reservation')
  connection.release()
  const reservations = counted[0]?.count ?? 0
  if (reservations !== acknowledged) faults.push(`${reservations} reservations, ${acknowledged} acknowledged`)

  const text = [
    '# Reservations on hot rows',
    items({
      ...machine(),
      'Load (1, 5, 15 min)': load(),
      Command: `\`npm run bench:inventory -- --rounds ${rounds} --round-ms ${roundMs}\``,
    }),
    `Each reserves one of a variant again and again, in one process, through the same pool of ${poolSize} connections, and writes the same ` +
      'rows: the level, the reservation, the ledger (and, by trigger, the outbox). The usual code takes a transaction for each: ' +
      'SELECT … FOR UPDATE, look, UPDATE, two INSERTs, COMMIT. One statement each: a conditional UPDATE with both INSERTs in the ' +
      'same CTE. This project: `inventory.reservation.create`, called in process, with validation, idempotency, metrics and the ' +
      `caches that follow; the other two do none of that. ${rounds} rounds of ${roundMs} ms each, in turn (A B C A B C …), after one to ` +
      'warm up; figures are medians of the rounds, ratios are taken to the round beside, then the median. Postgres runs with the ' +
      'settings of `npm start` (it waits for the disk at each commit), on the same machine. In the end the invariants are checked, ' +
      'and that there are as many reservations as were acknowledged.',
    [
      '| | | a second | p50 | to the usual code | to one statement | target |',
      '|---|---|---:|---:|---:|---:|---|',
      ...rows,
    ].join('\n'),
    items({ Reservations: reservations.toLocaleString('en'), Faults: faults.length }),
    ...faults.map((fault) => `\`\`\`\n${fault}\n\`\`\``),
  ].join('\n\n')
  return { text: `${text}\n`, faults }
}

function ratio(standing: Standing, other: Standing): number {
  return median(ratios(standing.rates, other.rates))
}
