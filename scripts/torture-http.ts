/**
 * `npm run torture:http`: generated hostile requests to a server of its own, over bare sockets; after each thousand a
 * good request, and the memory after a collection of garbage. Prints Markdown; ends with 1 if anything is wrong.
 * Options, after `--`: `--requests 100000 --seed 1 --callers 32 --minutes 60 --out FILE`.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { startDatabases } from './fleet/databases.ts'
import { unlessEnded } from './fleet/interrupt.ts'
import { items, load, machine } from './fleet/machine.ts'
import { type Memory, startTormented } from './hostile/child.ts'
import { type Torment, torment } from './hostile/torment.ts'

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    callers: { type: 'string', default: '32' },
    minutes: { type: 'string', default: '60' },
    out: { type: 'string' },
  },
})
const { out, ...given } = values
for (const [name, value] of Object.entries(given)) {
  if (!/^\d{1,7}$/.test(value)) throw new Error(`--${name} takes a whole number, not "${value}".`)
}
const [requests, seed, callers] = [Number(values.requests), Number(values.seed), Number(values.callers)]
const withinMs = Number(values.minutes) * 60_000
const MiB = 2 ** 20
/** From the first quarter's end to the end: what caches fill by then. */
const mostGrowth = 16 * MiB

let failed = true
const databases = await startDatabases()
try {
  const sql = new pg.Client({ connectionString: databases.databaseUrl })
  await sql.connect()
  await sql.query(
    "INSERT INTO product (slug, title, description, status) VALUES ('blue-mug', 'Blue mug', '', 'active')",
  )
  await sql.end()
  const server = await startTormented({
    DATABASE_URL: databases.databaseUrl,
    REDIS_URL: databases.redisUrl,
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'warn',
    RATE_LIMITS: 'off', // all come from one address, and are to get further than to a 429
  })
  try {
    const samples: Memory[] = []
    const started = performance.now()
    const afterEach = async (done: number) => {
      samples.push(await server.memory())
      if (done % 5_000 === 0) console.error(`${done} requests, ${server.complaints.length} complaints`)
    }
    const run = torment({ base: server.base, requests, seed, callers, withinMs, afterEach })
    const result = await unlessEnded(run)
    const seconds = (performance.now() - started) / 1_000
    const faults = [...result.faults, ...server.complaints.slice(0, 100)]
    const growth = grown(samples)
    if (growth.heapUsed > mostGrowth || growth.rss > 4 * mostGrowth) faults.push('memory is not flat')
    const text = markdown(result, samples, faults, seconds)
    console.log(text)
    if (out) writeFileSync(out, text)
    failed = faults.length > 0
  } finally {
    await server.stop()
  }
} finally {
  await databases.stop()
}
process.exit(failed ? 1 : 0)

function grown(samples: Memory[]): { heapUsed: number; rss: number } {
  const [from, to] = [samples[Math.floor(samples.length / 4)], samples.at(-1)]
  if (!from || !to) return { heapUsed: 0, rss: 0 }
  return { heapUsed: to.heapUsed - from.heapUsed, rss: to.rss - from.rss }
}

/** Bytes a thousand requests, by least squares over the last three quarters. */
function slope(samples: Memory[], field: keyof Memory): number {
  const points = samples.slice(Math.floor(samples.length / 4)).map((sample, index) => [index, sample[field]] as const)
  const [meanX, meanY] = [0, 1].map(
    (axis) => points.reduce((sum, point) => sum + (point[axis] ?? 0), 0) / points.length,
  )
  const over = points.reduce((sum, [x, y]) => sum + (x - (meanX ?? 0)) * (y - (meanY ?? 0)), 0)
  const under = points.reduce((sum, [x]) => sum + (x - (meanX ?? 0)) ** 2, 0)
  return under === 0 ? 0 : over / under
}

function markdown(
  { requests, outcomes, faultCount }: Torment,
  samples: Memory[],
  faults: string[],
  seconds: number,
): string {
  const options = Object.entries(given).map(([name, value]) => `--${name} ${value}`)
  const shown = [0.01, 0.25, 0.5, 0.75, 1].map((part) => {
    const index = Math.max(Math.ceil(samples.length * part) - 1, 0)
    const { heapUsed = 0, external = 0, rss = 0 } = samples[index] ?? {}
    const figures = [heapUsed, external, rss].map((bytes) => (bytes / MiB).toFixed(1))
    return `| ${Math.min((index + 1) * 1_000, requests).toLocaleString('en')} | ${figures.join(' | ')} |`
  })
  const kib = (field: keyof Memory) => `${(slope(samples, field) / 1024).toFixed(1)} KiB`
  const rows = Object.entries(outcomes).map(([kind, counts]) => {
    const sorted = Object.entries(counts).toSorted(([, a], [, b]) => b - a)
    return `| ${kind} | ${sorted.map(([what, count]) => `${what}: ${count.toLocaleString('en')}`).join(', ')} |`
  })
  return `${[
    '# Hostile requests',
    items({
      ...machine(),
      'Load (1, 5, 15 min)': load(),
      Command: `\`npm run torture:http -- ${options.join(' ')}\``,
    }),
    items({
      Requests: `${requests.toLocaleString('en')} of ${values.requests} in ${Math.round(seconds)} s by ${callers} callers, rate limits off; a good one after each thousand`,
      Faults:
        faults.length === 0
          ? 'none: no 5xx but overload, nothing logged as an error, no crash'
          : `${faultCount}, see below`,
      'Growth a thousand requests, after the first quarter': `heap ${kib('heapUsed')}, RSS ${kib('rss')}`,
    }),
    ...faults.map((fault) => `\`\`\`\n${fault}\n\`\`\``),
    [
      '| after requests | heap used, MiB (after GC) | external, MiB | RSS, MiB |',
      '|---:|---:|---:|---:|',
      ...shown,
    ].join('\n'),
    '`closed`: the connection ended without an answer; `gone`: the client did not wait for one; `left open`: the request was never finished, and the server waits for its time limit.',
    ['| kind | what came |', '|---|---|', ...rows.toSorted()].join('\n'),
  ].join('\n\n')}\n`
}
