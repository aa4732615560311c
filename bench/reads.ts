/**
 * `npm run bench:reads`: what the catalog's reads cost when no cache helps, on 100,000 products in a Postgres of its own.
 * Prints Markdown. Options, after `--`: `--products N`, `--runs N`, `--out FILE`, `--plans FILE`, `--database URL` (a
 * seeded one, instead of its own). Ends with 1 if a read is over its budget.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { items, load, machine } from '../scripts/fleet/machine.ts'
import { deploy } from '../scripts/migrate/deploy.ts'
import { seed } from '../scripts/seed/load.ts'
import { openStack } from '../scripts/stack/stack.ts'
import { createApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { terminationSignal } from '../src/main.ts'
import { createLog } from '../src/platform/logging.ts'
import { createCallerFactory, nobody } from '../src/platform/trpc.ts'
import { measureReads, type Result } from './reads/measure.ts'
import { reads } from './reads/reads.ts'

const { values } = parseArgs({
  options: {
    products: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '200' },
    out: { type: 'string' },
    plans: { type: 'string' },
    database: { type: 'string' },
  },
})
const [products, runs] = [Number(values.products), Number(values.runs)]
const say = (line: string) => console.error(line)

const method = `Procedures are called in process, one at a time, with CACHE_MODE=off: a list is its page and the 20
products on it. Each read has several inputs, taken in turn, after one round to warm up. Postgres runs with the settings
of \`npm start\` on the same machine, its data in its cache. Times are milliseconds. CPU
is the mean of a call, of this process and Postgres together: on a busy machine it is what can be compared.`

const folder = mkdtempSync(join(tmpdir(), 'bench-reads-'))
chmodSync(folder, 0o755) // Postgres may run as another account
let failed = false
const ended = terminationSignal().then((signal) => Promise.reject(new Error(`Ended by ${signal}.`))) // Postgres is stopped first
ended.catch(() => {}) // it may come when nobody waits for it
const stack = await openStack(folder, { databaseUrl: values.database }, say)
try {
  await deploy(stack.databaseUrl)
  say(`Seeding ${products} products …`)
  await Promise.race([seed(stack.databaseUrl, { products }), ended])
  const results = await Promise.race([measure(), ended])
  const text = report(results)
  console.log(text)
  if (values.out) writeFileSync(values.out, text)
  if (values.plans) writeFileSync(values.plans, plansOf(results))
  failed = results.some(({ read, p95 }) => p95 > read.budgetMs)
} finally {
  await stack.stop()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(failed ? 1 : 0)

async function measure(): Promise<Result[]> {
  const log = createLog('warn')
  const config = loadConfig({
    DATABASE_URL: stack.databaseUrl,
    REDIS_URL: stack.redisUrl,
    CACHE_MODE: 'off',
    PORT: '0',
  })
  const app = createApp(config, log)
  const caller = createCallerFactory(app.router)(nobody('bench', log))
  const results = await measureReads(reads, caller.catalog, app.db.pool, runs, say)
  await app.close()
  return results
}

function report(results: Result[]): string {
  const rows = results.map(({ read, p50, p95, cpuMs }) =>
    [
      read.name,
      cpuMs?.toFixed(1) ?? '–',
      p50.toFixed(1),
      p95.toFixed(1),
      String(read.budgetMs),
      p95 > read.budgetMs ? 'OVER' : '',
    ].join(' | '),
  )
  const circumstances = items({
    ...machine(),
    'Load (1, 5, 15 min)': load(),
    Command: `\`npm run bench:reads${values.database ? ' -- --database …' : ''}\``,
    Products: products.toLocaleString('en'),
    Runs: `${runs} a read`,
  })
  return `${[
    '# The reads of the catalog, uncached',
    circumstances,
    method,
    [
      '| | CPU | p50 | p95 | budget (p95) | |',
      '| --- | ---: | ---: | ---: | ---: | --- |',
      ...rows.map((row) => `| ${row} |`),
    ].join('\n'),
  ].join('\n\n')}\n`
}

function plansOf(results: Result[]): string {
  const parts = results.flatMap(({ read, plans }) => [
    `## ${read.name}`,
    ...plans.map((plan) => `\`\`\`\n${plan}\n\`\`\``),
  ])
  return `${['# Plans', ...parts].join('\n\n')}\n`
}
