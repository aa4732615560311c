/**
 * Prisma's Postgres adapter, mended for migrations in two places (as of 7.10.1). Its `executeScript` splits at every
 * semicolon, which tears function bodies apart, and runs each piece by itself: sent whole, Postgres runs a migration
 * in one transaction, so it lands altogether or not at all. And it refuses the catalogue's type "char", which the
 * schema engine reads as soon as a database has functions.
 */
import { PrismaPg } from '@prisma/adapter-pg'
import { ColumnTypeEnum, type SqlQuery } from '@prisma/driver-adapter-utils'
import pg from 'pg'

type Adapter = Awaited<ReturnType<PrismaPg['connect']>>

/** A factory for Prisma's schema engine, and the way to close what it opened (the engine leaves connections behind). */
export function migrationAdapter(databaseUrl: string): { factory: PrismaPg; close(): Promise<void> } {
  const pools = new Set<pg.Pool>()
  const open = async (url: string, disposed = async () => {}): Promise<Adapter> => {
    const pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 5_000 })
    pool.on('error', () => {}) // the next query reports it
    pools.add(pool)
    const adapter = await mended(pool)
    const dispose = async () => {
      pools.delete(pool)
      await pool.end()
      await disposed()
    }
    return Object.assign(adapter, { dispose })
  }
  /** A database beside the real one that the migrations are played into, to see where they lead. */
  const shadow = async (): Promise<Adapter> => {
    const name = `shadow_${crypto.randomUUID().replaceAll('-', '')}`
    await run(databaseUrl, `CREATE DATABASE ${name} TEMPLATE template0`)
    const url = new URL(databaseUrl)
    url.pathname = `/${name}`
    return open(url.href, () => run(databaseUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
  }
  const factory = new PrismaPg({ connectionString: databaseUrl })
  return {
    factory: Object.assign(factory, { connect: () => open(databaseUrl), connectToShadowDb: shadow }),
    close: async () => {
      await Promise.all(Array.from(pools, (pool) => pool.end()))
    },
  }
}

async function mended(pool: pg.Pool): Promise<Adapter> {
  const charColumns = announceChars(pool)
  const adapter = await new PrismaPg(pool).connect()
  const queryRaw = adapter.queryRaw.bind(adapter)
  return Object.assign(adapter, {
    queryRaw: async (query: SqlQuery) => {
      const result = await queryRaw(query)
      const typeOf = (name: string, index: number) =>
        charColumns.has(name) ? ColumnTypeEnum.Character : (result.columnTypes[index] ?? ColumnTypeEnum.Text)
      return { ...result, columnTypes: result.columnNames.map(typeOf) }
    },
    executeScript: async (script: string) => {
      await pool.query(script)
    },
  })
}

const { CHAR, TEXT } = pg.types.builtins // CHAR is the catalogue's one-byte "char", not char(n)

/** Lets columns of type "char" through the adapter as text, and gives the names of those that came by. */
function announceChars(pool: pg.Pool): Set<string> {
  const names = new Set<string>()
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<pg.QueryResult>
  const announcing = async (...args: unknown[]) => {
    const result = await query(...args)
    for (const field of result.fields ?? []) {
      if (field.dataTypeID !== CHAR) continue
      field.dataTypeID = TEXT
      names.add(field.name)
    }
    return result
  }
  Object.assign(pool, { query: announcing })
  return names
}

async function run(databaseUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}
