/**
 * `npm run observe`: Prometheus with the shipped configuration and rules beside a running server, without Docker. With
 * Docker, `docker compose --profile observe up` has Grafana as well.
 */
import { join } from 'node:path'
import getPort from 'get-port'
import { terminationSignal } from '../src/main.ts'
import { readGiven } from './given.ts'
import { type Exporters, startExporters } from './observe/exporters.ts'
import { startPrometheus } from './observe/prometheus.ts'
import { shippedConfig } from './observe/shipped-config.ts'
import { askOwner } from './stack/lock.ts'
import { findTool } from './tools/debian.ts'

const say = (line = '') => console.log(line)

try {
  await observe(terminationSignal())
  process.exit(0)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

async function observe(signal: Promise<string>): Promise<void> {
  const { config, given } = readGiven(process.env)
  const app = new URL(process.env.BASE_URL || `http://127.0.0.1:${config.PORT}`)
  await expectMetrics(app)
  const binary = await findTool('prometheus')
  const exporters = await exportersOf(config.DATA_DIR, given)
  try {
    const prometheus = await startPrometheus({
      binary,
      folder: join(config.DATA_DIR, 'prometheus'),
      port: await getPort({ host: '127.0.0.1', port: 9090 }),
      config: shippedConfig({ app: [app.host], ...exporters.targets }),
    })
    for (const note of exporters.notes) say(note)
    say(`
  Prometheus    ${prometheus.url}
  Alerts        ${prometheus.url}/alerts   (what each means: docs/runbooks)
  Scraped       ${[app.host, ...Object.values(exporters.targets).flat()].join(', ')}

k6's figures beside the server's:
  K6_PROMETHEUS_RW_SERVER_URL=${prometheus.url}/api/v1/write K6_PROMETHEUS_RW_TREND_STATS='p(95)' \\
    npm run load -- smoke --out experimental-prometheus-rw

Ctrl-C stops it; what it has collected stays in ${join(config.DATA_DIR, 'prometheus')}.
`)
    const end = await Promise.race([signal.then(() => undefined), prometheus.ended])
    if (end !== undefined) throw new Error(`Prometheus ended:\n${end}`)
    await prometheus.stop()
  } finally {
    await exporters.stop()
  }
}

/** Exporters for the databases of the running server, if they are known here. */
async function exportersOf(dataDir: string, given: ReturnType<typeof readGiven>['given']): Promise<Exporters> {
  const owner = await askOwner(dataDir).catch(() => undefined)
  const databaseUrl = given.databaseUrl ?? owner?.databaseUrl
  const redisUrl = given.redisUrl ?? owner?.redisUrl
  if (databaseUrl && redisUrl) return startExporters(databaseUrl, redisUrl)
  const notes = [
    'No exporters: set DATABASE_URL and REDIS_URL to what the server uses, to see Postgres and Redis as well.',
  ]
  return { targets: {}, notes, stop: async () => {} }
}

async function expectMetrics(app: URL): Promise<void> {
  const answer = await fetch(new URL('/metrics', app), { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
  if (answer?.ok) return
  const what = answer ? `answers ${answer.status}` : 'does not answer'
  throw new Error(`${app.origin}/metrics ${what}. Start the server first (npm start), or set PORT or BASE_URL.`)
}
