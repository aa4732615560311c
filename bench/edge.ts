/**
 * `npm run bench:edge`: what a cached read costs at the edge, beside bare Express and tRPC's own adapter, in CPU time
 * of the server, all in one run. Prints Markdown; ends with 1 if a target is missed.
 *   --rounds 15   --requests 2000   --out docs/edge-bench.md
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startDatabases } from '../scripts/fleet/databases.ts'
import { unlessEnded } from '../scripts/fleet/interrupt.ts'
import { items, load, machine } from '../scripts/fleet/machine.ts'
import { seed } from '../scripts/seed/load.ts'
import { startCollector } from './edge/collector.ts'
import { type Running, startContestant } from './edge/contestant.ts'
import { type Contestant, type Row, rows, slugs, targets } from './edge/contestants.ts'
import { renameProducts } from './edge/products.ts'
import { median, middleHalf, ratios } from './stats.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    requests: { type: 'string', default: '2000' },
    out: { type: 'string' },
  },
})
const [rounds, requests] = [Number(values.rounds), Number(values.requests)]
const names = Object.keys(rows) as Row[]
const say = (line: string) => console.error(line)

const method = `Each contestant is a process of its own; another process asks over 8 kept-alive connections, each with the next
request when it has its answer. Figures are CPU time of the server's process (\`process.cpuUsage\`: JavaScript, garbage
collection, system calls) for one request, Redis and the asking process not included. Ten products are asked for in turn.
In each round every row has its turn, in another order; ratios are taken round by round, and are medians. Logs are at
\`warn\`: what succeeds is not logged.`

let failed = true
const collector = await startCollector()
const databases = await startDatabases()
try {
  await seed(databases.databaseUrl, { products: 50 })
  await renameProducts(databases.databaseUrl, slugs)
  const { text, missed } = await unlessEnded(run())
  console.log(text)
  if (values.out) writeFileSync(values.out, text)
  failed = missed > 0
} finally {
  await databases.stop()
  collector.stop()
}
process.exit(failed ? 1 : 0)

async function run(): Promise<{ text: string; missed: number }> {
  const running = new Map<Contestant, Running>()
  const contestants = new Set(names.map((name) => rows[name].contestant))
  for (const name of contestants) running.set(name, await startContestant(name, environment(name)))
  const figures = new Map<Row, number[]>(names.map((name) => [name, []]))
  const measure = (name: Row, count: number) =>
    (running.get(rows[name].contestant) as Running).measure(rows[name], Math.ceil(count / rows[name].products))
  try {
    say('warming up …')
    for (let turn = 0; turn < 3; turn++) for (const name of names) await measure(name, requests)
    for (let round = 0; round < rounds; round++) {
      say(`round ${round + 1} of ${rounds} …`)
      const order = names.map((_, index) => names[(index + round) % names.length] as Row)
      for (const name of order) figures.get(name)?.push(await measure(name, requests))
    }
    const size = await running.get('Express, an object')?.bodyOf(rows.object)
    return report(figures, size ?? 0)
  } finally {
    for (const contestant of running.values()) contestant.end()
  }
}

function environment(name: Contestant): Record<string, string> {
  const { databaseUrl, redisUrl } = databases
  const near = name.startsWith('this project, near')
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint }
  const sampled = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' }
  return {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    CACHE_DISABLE: near ? 'warming' : 'near,warming',
    LOG_LEVEL: 'warn',
    RATE_LIMIT_READS: '10000000', // counted, and never reached: all requests come from one address
    ...(name.endsWith('traced') && traced),
    ...(name.endsWith('1 % traced') && sampled),
  }
}

function report(figures: Map<Row, number[]>, size: number): { text: string; missed: number } {
  const of = (name: Row) => figures.get(name) ?? []
  const half = (values: number[], digits: number) =>
    middleHalf(values)
      .map((value) => value.toFixed(digits))
      .join('–')
  const costs = names.map((name) => [rows[name].name, median(of(name)).toFixed(1), half(of(name), 1)])
  const judged = targets.map(({ row, base, most, count = 1 }) => {
    const shares = ratios(of(row), of(base)).map((share) => share / count)
    return { row, base, most, count, shares, missed: median(shares) > most }
  })
  const aims = judged.map(({ row, base, most, count, shares, missed }) => [
    rows[row].name,
    `${count > 1 ? `${count} × ` : ''}${rows[base].name}`,
    `${median(shares).toFixed(2)} ×`,
    half(shares, 2),
    `≤ ${most} ×`,
    missed ? 'MISSED' : '',
  ])
  const table = (head: string[], lines: string[][]) =>
    [head, head.map((_, index) => (index === 0 ? '---' : '---:')), ...lines]
      .map((cells) => `| ${cells.join(' | ')} |`)
      .join('\n')
  const circumstances = items({
    ...machine(),
    Software: `Node ${process.version}`,
    'Load (1, 5, 15 min)': load(),
    Command: `\`npm run bench:edge -- --rounds ${rounds} --requests ${requests}\``,
    'A product': `${size} bytes of JSON`,
  })
  const text = [
    '# A cached read at the edge',
    circumstances,
    method,
    table(['', 'CPU a request, µs', 'middle half'], costs),
    table(['', 'beside', 'costs', 'middle half', 'target', ''], aims),
  ]
  return { text: `${text.join('\n\n')}\n`, missed: judged.filter(({ missed }) => missed).length }
}
