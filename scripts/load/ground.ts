/**
 * The ground a comparison stands on: one Postgres with one seeded catalogue, kept below DATA_DIR for the next time,
 * and a fresh copy of it for each run, so that none finds what another one wrote.
 */
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { deploy } from '../migrate/deploy.ts'
import { seedAccounts } from '../seed/accounts.ts'
import { seed } from '../seed/load.ts'
import { acquireLock } from '../stack/lock.ts'
import { startPostgres } from '../stack/postgres.ts'

export interface Ground {
  /** A database of its own with the seeded catalogue. */
  copy(): Promise<Copy>
  /** Postgres ends all connections, and is back. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export interface Copy {
  url: string
  drop(): Promise<void>
}

export interface GroundOptions {
  /** Where databases are kept, a folder for each number of products. */
  dataDir: string
  products: number
  say(line: string): void
}

const settings = ['shared_preload_libraries=pg_stat_statements', 'pg_stat_statements.track=top']
const prefix = 'run_'

/** Throws when another run is at work in the same folder. */
export async function openGround({ dataDir, products, say }: GroundOptions): Promise<Ground> {
  const folder = join(dataDir, 'load', String(products))
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755) // Postgres may run as another account
  const lock = await acquireLock(folder)
  if (!lock) throw new Error(`Another comparison is at work in ${folder}. Wait for it, or set DATA_DIR.`)
  const postgres = await startPostgres(folder, { settings }).catch((error) => {
    lock.release()
    throw error
  })
  const stop = () => postgres.stop().finally(() => lock.release())
  const admin = urlTo(postgres.url, 'postgres')
  try {
    await deploy(postgres.url)
    await sql(postgres.url, 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
    const { rows, seconds } = await seed(postgres.url, { products })
    if (rows.product > 0) say(`seeded ${rows.product} products in ${seconds.toFixed(0)} s; they are kept in ${folder}`)
    await seedAccounts(postgres.url, { local: true, env: {} })
    // What seeding changed: no cache has any of it yet, and its age would be measured as lag by who starts on a copy.
    await sql(postgres.url, 'DELETE FROM outbox')
    for (const name of await leftovers(admin)) await sql(admin, `DROP DATABASE "${name}" WITH (FORCE)`)
  } catch (error) {
    await stop()
    throw error
  }
  const template = new URL(postgres.url).pathname.slice(1)
  let copies = 0
  return {
    stop,
    restart: postgres.restart,
    copy: async () => {
      const name = `${prefix}${++copies}`
      await sql(admin, `CREATE DATABASE ${name} TEMPLATE "${template}" STRATEGY FILE_COPY`)
      return { url: urlTo(postgres.url, name), drop: () => sql(admin, `DROP DATABASE ${name} WITH (FORCE)`) }
    },
  }
}

/** Copies of a run that was killed. */
async function leftovers(admin: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: admin })
  await client.connect()
  try {
    const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database WHERE datname LIKE $1', [
      `${prefix.replace('_', '\\_')}%`,
    ])
    return rows.map(({ datname }) => datname)
  } finally {
    await client.end()
  }
}

async function sql(connectionString: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query(text).finally(() => client.end())
}

function urlTo(url: string, database: string): string {
  const other = new URL(url)
  other.pathname = `/${database}`
  return other.href
}
