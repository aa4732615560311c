/** A Postgres and a Redis for one run: migrated, empty, and gone afterwards. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deploy } from '../migrate/deploy.ts'
import { startPostgres } from '../stack/postgres.ts'
import { findRedis, redisHelp, startRedis } from '../stack/redis.ts'

export interface Databases {
  databaseUrl: string
  redisUrl: string
  stop(): Promise<void>
}

/** `settings`: of Postgres, beside those of `npm start`. */
export async function startDatabases({ settings = [] as string[] } = {}): Promise<Databases> {
  const binary = findRedis()
  if (!binary) throw new Error(`This needs Redis. ${redisHelp}`)
  const folder = mkdtempSync(join(tmpdir(), 'caching-reference-run-'))
  chmodSync(folder, 0o755) // Postgres may run as another account
  const undo: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const stop = async () => {
    for (const step of undo.reverse()) await step()
  }
  try {
    const postgres = await startPostgres(folder, { settings })
    undo.push(() => rmSync(postgres.folder, { recursive: true, force: true }), postgres.stop)
    const redis = await startRedis(binary, folder)
    undo.push(redis.stop)
    await deploy(postgres.url)
    return { databaseUrl: postgres.url, redisUrl: redis.url, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
