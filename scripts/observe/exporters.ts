/** postgres_exporter and redis_exporter beside a Prometheus: what Postgres and Redis tell of themselves. */
import { spawn } from 'node:child_process'
import getPort from 'get-port'
import { findTool } from '../tools/debian.ts'

export interface Exporters {
  /** Where to scrape, by the job of prometheus.yml; one that could not be started is missing. */
  targets: Record<string, string[]>
  /** Why any is missing. */
  notes: string[]
  stop(): Promise<void>
}

export async function startExporters(databaseUrl: string, redisUrl: string): Promise<Exporters> {
  const targets: Record<string, string[]> = {}
  const notes: string[] = []
  const running: { stop(): Promise<void> }[] = []
  const start = async (
    job: string,
    tool: 'prometheus-postgres-exporter' | 'prometheus-redis-exporter',
    listen: string,
    env: Record<string, string>,
  ) => {
    try {
      const address = `127.0.0.1:${await getPort({ host: '127.0.0.1' })}`
      // What they are to watch comes by the environment: a URL among the arguments can be read by anybody.
      const child = spawn(await findTool(tool), [`--web.listen-address=${address}`].concat(listen), {
        detached: true,
        stdio: 'ignore',
        env: { PATH: process.env.PATH, ...env },
      })
      const ended = new Promise<void>((done) => {
        child.once('error', () => done())
        child.once('exit', () => done())
      })
      running.push({
        stop: () => {
          child.kill('SIGTERM')
          return ended
        },
      })
      targets[job] = [address]
    } catch (error) {
      notes.push(`No panels by ${tool}: ${error instanceof Error ? error.message : error}`)
    }
  }
  const database = new URL(databaseUrl)
  if (!database.searchParams.has('sslmode')) database.searchParams.set('sslmode', 'disable')
  await start('postgres', 'prometheus-postgres-exporter', '--log.level=error', { DATA_SOURCE_NAME: database.href })
  await start('redis', 'prometheus-redis-exporter', '--debug=false', { REDIS_ADDR: redisUrl })
  return {
    targets,
    notes,
    stop: async () => {
      await Promise.all(running.map((each) => each.stop()))
    },
  }
}
