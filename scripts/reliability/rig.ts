/** A Postgres, a Redis and processes of the application, each with its own line to Redis. Faults are injected into them. */
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Line, startLine } from '../faults/line.ts'
import { type HurtPostgres, startHurtPostgres } from '../faults/postgres.ts'
import { type HurtRedis, startHurtRedis } from '../faults/redis.ts'
import { type Fleet, startFleet } from '../fleet/fleet.ts'
import { deploy } from '../migrate/deploy.ts'
import { findRedis, redisHelp } from '../stack/redis.ts'

export interface Rig {
  postgres: HurtPostgres
  redis: HurtRedis
  /** One for each process. */
  lines: Line[]
  fleet: Fleet
  /** Survives all faults. */
  sql: pg.Pool
  stop(): Promise<void>
}

const preload = new URL('../faults/preload.ts', import.meta.url).href

export interface RigOptions {
  processes?: number
  env?: Record<string, string>
}

export async function startRig({ processes = 2, env = {} }: RigOptions = {}): Promise<Rig> {
  const binary = findRedis()
  if (!binary) throw new Error(`This needs Redis. ${redisHelp}`)
  const folder = mkdtempSync(join(tmpdir(), 'caching-reference-rig-'))
  chmodSync(folder, 0o755) // Postgres may run as another account
  const undo: (() => Promise<unknown> | unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const postgres = await startHurtPostgres(folder)
    undo.push(() => rmSync(postgres.folder, { recursive: true, force: true }), postgres.stop)
    const redis = await startHurtRedis(binary, folder)
    undo.push(redis.stop)
    await deploy(postgres.url)
    const lines: Line[] = []
    undo.push(() => Promise.all(lines.map((line) => line.close())))
    while (lines.length < processes) lines.push(await startLine(redis.port()))
    const sql = new pg.Pool({ connectionString: postgres.url, max: 4, application_name: 'faults' })
    sql.on('error', () => {}) // a restart of Postgres ends it
    undo.push(() => sql.end())
    const redisUrls = lines.map(({ port }) => `redis://127.0.0.1:${port}`)
    const fleet = await startFleet({
      processes,
      databaseUrl: postgres.url,
      redisUrl: redis.url(),
      redisUrls,
      env: {
        LOG_LEVEL: process.env.RIG_LOG ?? 'silent',
        CACHE_PREFIX: 'rig',
        DB_STATEMENT_TIMEOUT_MS: '1000',
        DB_ACQUIRE_TIMEOUT_MS: '1000',
        CACHE_DISABLE: '',
        CACHE_SEAL_KEY: randomBytes(32).toString('hex'), // without it, profiles and credentials are not cached
        NODE_OPTIONS: `--import ${preload}`,
        ...env,
      },
    })
    undo.push(fleet.stop)
    return { postgres, redis, lines, fleet, sql, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
