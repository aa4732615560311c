/** A run of products, loaded all or nothing. */
import type pg from 'pg'
import { copyInto, toLine } from './copy.ts'
import { productId } from './ids.ts'
import { seedProduct } from './products.ts'
import type { Reference } from './reference.ts'
import { type Table, tables, toRows } from './rows.ts'

/** Adds those of the products `from` to `to` - 1 that are not there, and their rows to `counts`. */
export async function loadChunk(
  client: pg.Client,
  from: number,
  to: number,
  reference: Reference,
  counts: Record<Table, number>,
): Promise<void> {
  const missing = await missingOf(client, from, to)
  if (missing.length === 0) return

  const lines = new Map<Table, string[]>(tables.map((table) => [table, []]))
  for (const index of missing) {
    toRows(seedProduct(index), reference, (table, row) => lines.get(table)?.push(toLine(row)))
  }
  await client.query('BEGIN')
  try {
    for (const [table, ofTable] of lines) await copyInto(client, table, ofTable)
    await client.query('SELECT refresh_product_listing($1), outbox_all()', [missing.map(productId)])
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {}) // the first error says more
    throw error
  }
  for (const [table, ofTable] of lines) counts[table] += ofTable.length
}

/** Known by their ids, which are always the same: a product that somebody else made has another one. */
async function missingOf(client: pg.Client, from: number, to: number): Promise<number[]> {
  const indexes = Array.from({ length: to - from }, (_, offset) => from + offset)
  const ids = new Map(indexes.map((index) => [productId(index), index]))
  const { rows } = await client.query<{ id: string }>('SELECT id FROM product WHERE id = ANY($1)', [[...ids.keys()]])
  for (const { id } of rows) ids.delete(id)
  return [...ids.values()]
}
