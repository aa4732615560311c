/** Puts rows together: those of one product that follow each other, then as many products as one transaction takes. */
import type { Row } from './row.ts'

export interface Group {
  handle: string
  /** Where its first row is. */
  line: number
  rows: Row[]
  /** Rows beyond what a product may have: only counted. */
  excess: { line: number; rows: number } | undefined
}

/** How many rows of one product are used: Shopify allows 2,048 variants. */
export const mostRows = 2_000

/** Yields a group for each run of rows with the same handle. */
export async function* groupRows(rows: AsyncIterable<Row>): AsyncGenerator<Group> {
  let group: Group | undefined
  for await (const row of rows) {
    if (group?.handle !== row.handle) {
      if (group) yield group
      group = { handle: row.handle, line: row.line, rows: [], excess: undefined }
    }
    if (group.rows.length < mostRows) group.rows.push(row)
    else group.excess = { line: group.excess?.line ?? row.line, rows: (group.excess?.rows ?? 0) + 1 }
  }
  if (group) yield group
}

/** Yields the groups in batches. A product that comes up again starts a new batch: each is at most once in one. */
export async function* batchGroups(
  groups: AsyncIterable<Group>,
  limits = { products: 200, rows: 5_000 },
): AsyncGenerator<Group[]> {
  let batch: Group[] = []
  let rows = 0
  for await (const group of groups) {
    const full = batch.length >= limits.products || rows + group.rows.length > limits.rows
    if (batch.length > 0 && (full || batch.some(({ handle }) => handle === group.handle))) {
      yield batch
      batch = []
      rows = 0
    }
    batch.push(group)
    rows += group.rows.length
  }
  if (batch.length > 0) yield batch
}
