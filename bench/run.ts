/**
 * `npm run bench`: the same work done by the engine and by its peers, side by side in one run, on a Redis of its own.
 * Prints Markdown. Options, after `--`: `--quick`, `--rows near,redis`, `--only engine,raw`, `--out FILE`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findRedis, installRedis, redisHelp, startRedis } from '../scripts/stack/redis.ts'
import { circumstances } from './circumstances.ts'
import type { Contestant } from './contestants.ts'
import { type Options, readOptions } from './options.ts'
import { runRow } from './rounds.ts'
import type { Row } from './row.ts'
import { tableOf } from './table.ts'

const method = `Each row starts its own processes, one a contestant (four in the stampede across processes), warms
them up, and then runs rounds in turn: A B C A B C … Each contestant has its own Redis database. Figures are medians
of the rounds. Ratios are taken to the floor's round beside them; then comes the median of the rounds, and in brackets
what the middle half of them lies between. The machine's own speed cancels out of ratios only: do not compare absolute
figures of two runs. CPU is that of the contestant's process, Redis not included. Every contestant is checked while it
runs: answers equal the source's, loads are counted, and Redis' own counters show whether a hit went there. Everyone
is set up as its documentation shows, with the same TTL. The floor uses the options of the application's connection,
but no auto-pipelining: a GET as everybody writes it; what that option and ioredis' command timeout change is shown beside
it. The timeout is longer than the application's (for the engine, too), so that a pause of the machine fails no row.`

const say = (line: string) => console.error(line)

async function main(options: Options): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const binary = findRedis() ?? (await installRedis(say))
  if (!binary) throw new Error(`This needs Redis. ${redisHelp}`)
  const redis = await startRedis(binary, folder)
  const stopped = stopBySignal()
  try {
    return await Promise.race([report(options, redis.url), stopped])
  } finally {
    await redis.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function report(options: Options, redisUrl: string): Promise<string> {
  const started = performance.now()
  const command = ['npm run bench', ...process.argv.slice(2, 3).map(() => '--'), ...process.argv.slice(2)].join(' ')
  const parts = ['# Benchmark', await circumstances(redisUrl, command), method]
  if (options.quick) parts.push('**A quick run: its rounds are too short and too few for figures to be quoted.**')
  for (const row of options.rows) {
    const entrants = options.contestants.filter((contestant) => takesPart(contestant, row))
    if (entrants.length === 0) continue
    say(`${row.title} …`)
    const rounds = options.quick ? row.rounds.quick : row.rounds.full
    parts.push(tableOf(row, await runRow(row, entrants, { redisUrl, plan: options.plan, rounds })))
  }
  parts.push(`The run took ${Math.round((performance.now() - started) / 1_000)} s.`)
  return `${parts.join('\n\n')}\n`
}

function takesPart({ family, rows }: Contestant, row: Row): boolean {
  return (rows?.includes(row.name) ?? true) && (row.families?.includes(family) ?? true)
}

/** Rejects when the process is asked to end, so that Redis is stopped first. */
function stopBySignal(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => reject(new Error(`Ended by ${signal}.`)))
  }
  return promise
}

try {
  const options = readOptions(process.argv.slice(2))
  const text = await main(options)
  console.log(text)
  if (options.out) writeFileSync(options.out, text)
  process.exit()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
