/** Fills the catalogue with the products 0 to n-1, those that are missing. Safe to interrupt, and to run again. */
import pg from 'pg'
import { loadChunk } from './chunk.ts'
import { prepareReference } from './reference.ts'
import { type Table, tables } from './rows.ts'
import { mostProducts } from './time.ts'
import { insertUsers } from './users.ts'

export interface SeedOptions {
  /** How many seeded products there are to be. */
  products: number
  /** Told, after each chunk, how many of them are there. Awaited; what it throws ends the seed. */
  onProgress?: (done: number) => void | Promise<void>
  /** Products in a transaction (1,000): what an interruption can lose. */
  chunkSize?: number
}

export interface SeedSummary {
  /** Rows written, by table. */
  rows: Record<Table, number>
  seconds: number
}

/** The number all seeders agree on: a database has one at a time. */
const advisoryLock = 7_242_000_002

const lockNotAvailable = '55P03'
const uniqueViolation = '23505'

/**
 * Adds those of the products 0 to `products` - 1 that are not there; everything else stays as it is. Throws when
 * another seed is running, when a row of somebody else's has a slug or SKU of the seed's, and for a number that is not
 * whole or not from 1 to 1,000,000.
 */
export async function seed(databaseUrl: string, options: SeedOptions): Promise<SeedSummary> {
  const { products, onProgress, chunkSize = 1_000 } = options
  assertCount(products)
  const started = performance.now()
  const rows = Object.fromEntries(tables.map((table) => [table, 0])) as SeedSummary['rows']
  const chunks = chunksOf(products, chunkSize)
  let done = 0

  await withClient(databaseUrl, async (first) => {
    await lock(first)
    const reference = await prepareReference(first)
    await insertUsers(first)
    const work = async (client: pg.Client) => {
      // Both workers take from the same list; leaving the loop by an error ends it for the other one too.
      for (const [from, to] of chunks) {
        await loadChunk(client, from, to, reference, rows)
        done += to - from
        await onProgress?.(done)
      }
    }
    await withClient(databaseUrl, async (second) => {
      const outcomes = await Promise.allSettled([work(first), work(second)])
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw readable(outcome.reason)
    })
    if (rows.product > 0) await settle(first)
  })
  return { rows, seconds: (performance.now() - started) / 1000 }
}

/** Whether the catalogue has no product at all, the seed's or not. */
export async function isEmpty(databaseUrl: string): Promise<boolean> {
  return withClient(databaseUrl, async (client) => {
    const { rowCount } = await client.query('SELECT FROM product LIMIT 1')
    return rowCount === 0
  })
}

/** The number of products that `text` asks for; throws what can be shown to a person. */
export function parseCount(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN
  assertCount(count, text)
  return count
}

function assertCount(count: number, text: unknown = count): void {
  if (Number.isInteger(count) && count >= 1 && count <= mostProducts) return
  throw new RangeError(`The number of products must be a whole number from 1 to ${mostProducts}, not "${text}".`)
}

function* chunksOf(products: number, size: number): Generator<[from: number, to: number]> {
  for (let from = 0; from < products; from += size) yield [from, Math.min(from + size, products)]
}

async function withClient<T>(databaseUrl: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 5_000,
    application_name: 'caching-reference-seed',
  })
  client.on('error', () => {}) // the query in flight, or the next one, reports it
  await client.connect()
  await client.query(`SET app.outbox = 'off'; SET app.listing = 'off'`) // a chunk does both itself, as a whole
  try {
    return await use(client)
  } finally {
    await client.end().catch(() => {})
  }
}

/** Waits a little: a seed that was killed, or that a second `npm start` began just now, is soon over. */
async function lock(client: pg.Client): Promise<void> {
  try {
    await client.query(`SET lock_timeout = '3s'`)
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLock])
    await client.query('RESET lock_timeout')
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== lockNotAvailable) throw error
    throw new Error('Another seed is running on this database. Run this again when it has ended.', { cause: error })
  }
}

/** Statistics for the planner; and what autovacuum would do a minute later, in the middle of somebody's load test. */
async function settle(client: pg.Client): Promise<void> {
  await client.query(
    `VACUUM (ANALYZE) ${tables.join(', ')}, product_price_range, product_listing, title_word, category, facet_value`,
  )
}

function readable(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError) || error.code !== uniqueViolation) return error
  return new Error(`A row that is not the seed's is in the way, in table ${error.table}: ${error.detail}`, {
    cause: error,
  })
}
