/** One Postgres and one Redis for the whole suite, on free ports, in a folder that is gone afterwards. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { deploy } from '../../scripts/migrate/deploy.ts'
import { startPostgres } from '../../scripts/stack/postgres.ts'
import { findRedis, redisHelp, startRedis } from '../../scripts/stack/redis.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A migrated, empty database: the template of `freshDatabase()`. Not for connecting. */
    templateUrl: string
    redisUrl: string
    redisBinary: string
  }
}

// Losing a test database in a power cut is no loss.
const careless = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'shared_buffers=128MB']

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const redisBinary = findRedis()
  if (!redisBinary) throw new Error(`The tests run against a real Redis, and there is none. ${redisHelp}`)
  const folder = mkdtempSync(join(tmpdir(), 'caching-reference-test-'))
  chmodSync(folder, 0o755) // Postgres may run as another account
  const undo: (() => Promise<void>)[] = []
  const end = async () => {
    for (const step of undo.reverse()) await step()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const postgres = await startPostgres(folder, { settings: careless })
    undo.push(async () => rmSync(postgres.folder, { recursive: true, force: true }), postgres.stop)
    const redis = await startRedis(redisBinary, folder)
    undo.push(redis.stop)
    await deploy(postgres.url)
    project.provide('templateUrl', postgres.url)
    project.provide('redisUrl', redis.url)
    project.provide('redisBinary', redisBinary)
    return end
  } catch (error) {
    await end()
    throw error
  }
}
