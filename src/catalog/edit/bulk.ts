/**
 * Many products at once, by slug: a transaction a row, one after the other. So a bad row fails alone, nothing of a row is
 * half-written, no lock is held longer than its row takes, and what a row gives up (a SKU) a later one can have.
 */
import { TRPCError } from '@trpc/server'
import { isDatabaseBusy } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { Log } from '../../platform/logging.ts'
import type { Outbox, Tx } from '../../platform/outbox.ts'
import { publicError } from '../../platform/trpc.ts'
import { isSame } from './bulk-compare.ts'
import { createProduct, overwriteProduct } from './products.ts'
import { isAboutData, refusalOf } from './refusals.ts'
import { lockBySlug } from './repository.product.ts'
import { wholeProduct } from './repository.whole.ts'
import { type BulkResult, type BulkRow, bulkRow } from './schema.ts'

/** How long a bulk may go on: rows that it has not come to by then are to be sent again, ms. */
const longestMs = 60_000

const notTried = (why: string) => new AppError('SERVICE_UNAVAILABLE', 'NOT_TRIED', `${why}: send this row again`)

/** The same reason as that of a procedure that fails alone. The row may have been written, if its COMMIT was lost. */
const databaseBusy = () =>
  new AppError('SERVICE_UNAVAILABLE', 'OVERLOADED', 'The database is busy or away: send this row again')

/** One result a row. Rejects never. */
export async function bulkUpsert(outbox: Outbox, log: Log, rows: unknown[]): Promise<BulkResult[]> {
  const deadline = performance.now() + longestMs
  const seen = new Set<string>()
  const results: BulkResult[] = []
  let broken = false
  for (const row of rows) {
    const parsed = bulkRow.safeParse(row)
    const slug = parsed.data?.slug ?? slugIn(row)
    const write = async (): Promise<BulkResult> => {
      if (!parsed.success) throw new TRPCError({ code: 'BAD_REQUEST', cause: parsed.error })
      if (seen.has(parsed.data.slug)) throw new AppError('CONFLICT', 'ROW_REPEATED', 'slug: an earlier row has it')
      seen.add(parsed.data.slug)
      if (broken) throw notTried('The database was away')
      if (performance.now() > deadline) throw notTried('The rows before took too long')
      return writeRow(outbox, parsed.data)
    }
    results.push(
      await write().catch((error) => {
        const told = error instanceof TRPCError || error instanceof AppError
        if (!told) log.error({ err: error, slug }, 'a row of a bulk upsert failed')
        // Without its database no row fares better than this one.
        broken ||= !told && !isAboutData(error)
        return { slug, outcome: 'failed' as const, error: publicError(asTrpc(error)) }
      }),
    )
  }
  return results
}

async function writeRow(outbox: Outbox, row: BulkRow, again = true): Promise<BulkResult> {
  try {
    return await outbox.transaction('product.bulkUpsert', (tx) => upsert(tx, row))
  } catch (error) {
    const refusal = refusalOf(error)
    // Somebody has created it since we looked: then it is there to be changed.
    if (again && refusal instanceof AppError && refusal.reason === 'SLUG_TAKEN') return writeRow(outbox, row, false)
    throw refusal
  }
}

async function upsert(tx: Tx, row: BulkRow): Promise<BulkResult> {
  const found = await lockBySlug(tx, row.slug)
  const before = found === undefined ? undefined : await wholeProduct(tx, { id: found })
  const result = { slug: row.slug, id: found, version: before?.version }
  if (before && isSame(before, row)) return { ...result, outcome: 'unchanged' }
  if (found === undefined) {
    return { ...result, outcome: 'created', id: await createProduct(tx, row), version: 1 }
  }
  await overwriteProduct(tx, found, row)
  return { ...result, outcome: 'updated', version: (before?.version ?? 0) + 1 }
}

function slugIn(row: unknown): string | null {
  const { slug } = (row ?? {}) as { slug?: unknown }
  return typeof slug === 'string' ? slug.slice(0, 255) : null
}

function asTrpc(given: unknown): TRPCError {
  if (given instanceof TRPCError) return given
  const error = isDatabaseBusy(given) ? databaseBusy() : given
  const code = error instanceof AppError ? error.code : 'INTERNAL_SERVER_ERROR'
  return new TRPCError({ code, cause: error })
}
