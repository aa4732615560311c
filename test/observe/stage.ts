/** Two instances of the application, a Redis of their own, exporters, and a Prometheus that scrapes them all. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import getPort from 'get-port'
import { Redis } from 'ioredis'
import { inject } from 'vitest'
import { startExporters } from '../../scripts/observe/exporters.ts'
import { startPrometheus } from '../../scripts/observe/prometheus.ts'
import { shippedConfig } from '../../scripts/observe/shipped-config.ts'
import { startRedis } from '../../scripts/stack/redis.ts'
import { findTool } from '../../scripts/tools/debian.ts'
import { adminToken, clientWith, startTwoApps } from '../support/staff.ts'
import { ask } from './check.ts'

export type Stage = Awaited<ReturnType<typeof openStage>>

const shippedRules = fileURLToPath(new URL('../../prometheus/rules.yml', import.meta.url))

export async function openStage() {
  const undo: (() => unknown)[] = []
  const close = async () => {
    for (const step of undo.reverse()) await step()
  }
  try {
    const folder = mkdtempSync(join(tmpdir(), 'caching-reference-observe-'))
    undo.push(() => rmSync(folder, { recursive: true, force: true }))
    const server = await startRedis(inject('redisBinary'), folder)
    undo.push(() => {
      process.kill(server.pid, 'SIGCONT')
      return server.stop()
    })
    const prefix = randomUUID().slice(0, 8)
    const apps = await startTwoApps({
      REDIS_URL: server.url,
      CACHE_PREFIX: prefix,
      DB_POOL_MAX: '4', // few enough to be used up
      DB_STATEMENT_TIMEOUT_MS: '700',
      DB_ACQUIRE_TIMEOUT_MS: '1000',
      CONSISTENCY_SAMPLES_PER_SECOND: '20',
      MAX_IN_FLIGHT: '60', // fewer than a crowd
      // Who guesses a password is stopped; otherwise all the visitors may come from one address.
      ...{
        RATE_LIMITS: 'on',
        RATE_LIMIT_READS: '10000000',
        RATE_LIMIT_WRITES: '10000000',
        RATE_LIMIT_LOGINS: '100000',
      },
    })
    undo.push(apps.stop)
    const client = new Redis(server.url)
    client.on('error', () => {}) // Redis goes away in the course of things
    undo.push(() => client.disconnect())
    const exporters = await startExporters(apps.here.databaseUrl, server.url)
    undo.push(exporters.stop)
    const prometheus = await startPrometheus({
      binary: await findTool('prometheus'),
      folder: join(folder, 'prometheus'),
      port: await getPort({ host: '127.0.0.1' }),
      config: configFor(folder, {
        app: [apps.here, apps.there].map(({ base }) => new URL(base).host),
        ...exporters.targets,
      }),
    })
    undo.push(prometheus.stop)
    return {
      ...apps,
      admin: clientWith(apps.here, adminToken),
      prefix,
      redis: client,
      /** From now on Redis accepts commands and never answers. Ended, it would leave its port to somebody else. */
      freezeRedis: () => process.kill(server.pid, 'SIGSTOP'),
      thawRedis: () => process.kill(server.pid, 'SIGCONT'),
      prometheus: prometheus.url,
      /** Why exporters are missing, if they are. */
      notes: exporters.notes,
      /** The value of an expression now; undefined if it has none. */
      now: async (query: string) => {
        const { result } = await ask<{ result: { value: [number, string] }[] }>(prometheus.url, 'query', { query })
        return result[0] && Number(result[0].value[1])
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * The shipped configuration and rules, but quicker: every second, and alerts fire at once. The two windows of a fast
 * burn look back some seconds, so that a minute of good times does not outweigh a bad moment. Thresholds are as shipped.
 */
function configFor(folder: string, targets: Record<string, string[]>) {
  const rules = join(folder, 'rules.yml')
  const shipped = readFileSync(shippedRules, 'utf8')
  const quicker = shipped
    .replaceAll(/^( +for: ).*$/gm, '$10s')
    .replaceAll('[5m]', '[10s]')
    .replaceAll('[1h]', '[20s]')
  writeFileSync(rules, quicker)
  const config = shippedConfig(targets, [rules])
  return { ...config, global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' } }
}
