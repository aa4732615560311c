/** The ledger of a variant, newest first, in pages. */
import { z } from 'zod'
import type { Database } from '../platform/db.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { variantNotFound } from './errors.ts'
import { hasVariant, readMovements } from './repository.movements.ts'
import type { MovementsInput } from './schema.ts'

const position = z.int().min(1).max(Number.MAX_SAFE_INTEGER)

/** Throws VARIANT_NOT_FOUND, CURSOR_INVALID. */
export function createMovements({ pool, measure }: Database) {
  return ({ variantId, locationId, limit, cursor }: MovementsInput) =>
    measure('stock.movements', async () => {
      const list = `movements ${variantId} ${locationId ?? ''}`
      const before = cursor === undefined ? undefined : decodeCursor(list, cursor, position)
      const rows = await readMovements(pool, { variantId, locationId, before, limit: limit + 1 })
      if (rows.length === 0 && !(await hasVariant(pool, variantId))) throw variantNotFound()
      const items = rows.slice(0, limit)
      const last = rows.length > limit ? items.at(-1) : undefined
      return { items, nextCursor: last ? encodeCursor(list, Number(last.id)) : null }
    })
}
