/** The connection an import works on: one import at a time, transactions that are tried twice, errors told apart. */
import pg from 'pg'
import { ImportError } from './errors.ts'

export type Pool = pg.Pool
/** The connection that an import holds from its beginning to its end. */
export type Client = pg.PoolClient

/** Any number all importers agree on. */
const advisoryLock = 7_242_000_010

/** Runs `work` on a connection that holds the import lock. Throws ImportError when another import has it. */
export async function withImportLock<T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((cause) => {
    throw new ImportError('DATABASE_AWAY', `The database does not answer: ${messageOf(cause)}`, { cause })
  })
  const ignore = () => {} // a connection that breaks fails the query it is used for next
  client.on('error', ignore)
  let usable = false
  try {
    const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS locked', [advisoryLock])
    if (!rows[0].locked) {
      usable = true
      throw new ImportError('IMPORT_RUNNING', 'Another import is running on this database. Try again when it is done.')
    }
    try {
      return await work(client)
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [advisoryLock]).then(
        () => {
          usable = true
        },
        () => {}, // the connection is gone, and the lock with it
      )
    }
  } catch (error) {
    if (usable) throw error
    throw new ImportError('DATABASE_AWAY', `The connection to the database broke: ${messageOf(error)}`, {
      cause: error,
    })
  } finally {
    client.off('error', ignore)
    client.release(!usable)
  }
}

/** Runs `work` in a transaction, and once more if it lost against another one (deadlock, serialisation). */
export async function inTransaction<T>(client: Client, work: () => Promise<T>): Promise<T> {
  try {
    return await transaction(client, work)
  } catch (error) {
    if (!lostAgainstAnother(error)) throw error
    return await transaction(client, work)
  }
}

async function transaction<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN')
  try {
    const result = await work()
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {}) // then the connection is gone, which `error` says
    throw error
  }
}

/** A row that was there a moment ago, or wasn't, has changed meanwhile. */
export class Overtaken extends Error {}

function lostAgainstAnother(error: unknown): boolean {
  return error instanceof Overtaken || ['40001', '40P01'].includes(codeOf(error))
}

/** Whether the database refused the data, so that other data may do: its SQLSTATE class tells. */
export function isAboutData(error: unknown): boolean {
  return error instanceof Overtaken || /^(22|23|40|54|P0)/.test(codeOf(error))
}

const codeOf = (error: unknown) => (error instanceof pg.DatabaseError ? (error.code ?? '') : '')

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
