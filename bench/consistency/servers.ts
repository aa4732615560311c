/** Two processes of the application on databases of their own, which are gone afterwards. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import getPort from 'get-port'
import { deploy } from '../../scripts/migrate/deploy.ts'
import { seed } from '../../scripts/seed/load.ts'
import { startPostgres } from '../../scripts/stack/postgres.ts'
import { findRedis, redisHelp, startRedis } from '../../scripts/stack/redis.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const token = 'a-token-for-this-run-only'

export interface Servers {
  bases: string[]
  databaseUrl: string
  token: string
  stop(): Promise<void>
}

export async function startServers(products: number, say: (line: string) => void): Promise<Servers> {
  const binary = findRedis()
  if (!binary) throw new Error(`This needs Redis. ${redisHelp}`)
  const folder = mkdtempSync(join(tmpdir(), 'caching-reference-consistency-'))
  chmodSync(folder, 0o755) // Postgres may run as another account
  const children: ChildProcess[] = []
  const undo: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const stop = async () => {
    for (const child of children) await ended(child)
    for (const step of undo.reverse()) await step()
  }
  try {
    const postgres = await startPostgres(folder)
    undo.push(() => rmSync(postgres.folder, { recursive: true, force: true }), postgres.stop)
    const redis = await startRedis(binary, folder)
    undo.push(redis.stop)
    await deploy(postgres.url)
    say(`seeding ${products} products …`)
    await seed(postgres.url, { products })
    const bases: string[] = []
    for (const _ of [1, 2]) {
      const port = await getPort({ host: '127.0.0.1' })
      const env = {
        ...process.env,
        DATABASE_URL: postgres.url,
        REDIS_URL: redis.url,
        PORT: String(port),
        LOG_LEVEL: 'warn',
        STAFF_TOKEN: token,
        ADMIN_TOKEN: `admin-${token}`,
      }
      children.push(spawn(process.execPath, [main], { env, stdio: ['ignore', 'inherit', 'inherit'] }))
      bases.push(`http://127.0.0.1:${port}`)
    }
    await Promise.all(bases.map(ready))
    return { bases, databaseUrl: postgres.url, token, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function ready(base: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const answer = await fetch(`${base}/readyz`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${base} did not become ready`)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exit = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await exit
}
