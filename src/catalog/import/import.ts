/** Imports a product file in Shopify's export format: rows are read, grouped by product, and saved batch by batch. */
import type { Readable } from 'node:stream'
import { saveBatch } from './batch.ts'
import { type Columns, findColumns } from './columns.ts'
import { type BrokenRecord, type CsvRecord, readRecords } from './csv.ts'
import { ImportError } from './errors.ts'
import { batchGroups, groupRows, mostRows } from './group.ts'
import { currencyDigits } from './money.ts'
import { readAhead } from './read-ahead.ts'
import { createReport, type ImportSummary, type Report } from './report.ts'
import { type Pool, withImportLock } from './repository.ts'
import { parseRow, type Row } from './row.ts'

export interface ImportOptions {
  /** ISO 4217: what the prices in the file are in. */
  currency: string
  /** Called after each batch, with the rows so far. */
  onProgress?: (rows: ImportSummary['rows']) => void
  /** Called after each commit that changed products, with their slugs; the import waits for it. */
  onChanged?: (slugs: string[]) => void | Promise<void>
}

/**
 * Brings the products in `source` (bytes of a CSV file) into the database; bad rows are left out and reported. Memory
 * doesn't grow with the file. Rejects with ImportError when it is no product file or another import is running, and when
 * `source` or the database fails: batches saved by then stay, and importing again completes them.
 */
export async function importProducts(pool: Pool, source: Readable, options: ImportOptions): Promise<ImportSummary> {
  source.on('error', () => {}) // it may fail before it is read; reading it rejects
  try {
    const digits = currencyDigits(options.currency)
    return await withImportLock(pool, async (client) => {
      const report = createReport()
      const records = readRecords(source)
      const columns = await readHeader(records)
      const groups = groupRows(goodRows(records, columns, digits, report))
      for await (const batch of readAhead(batchGroups(groups))) {
        for await (const outcome of saveBatch(client, batch, { columns, currency: options.currency })) {
          report.add(outcome)
          const changed = [...outcome.created, ...outcome.updated]
          if (changed.length > 0) await options.onChanged?.(changed)
        }
        for (const { handle, excess } of batch) {
          const message = `"${handle}" has more than ${mostRows} rows: those from here on are skipped`
          if (excess) report.skip({ ...excess, message })
        }
        options.onProgress?.(report.rows())
      }
      return report.summary()
    })
  } finally {
    source.destroy()
  }
}

async function readHeader(records: AsyncGenerator<CsvRecord | BrokenRecord>): Promise<Columns> {
  const { value: header, done } = await records.next()
  if (done) throw new ImportError('NOT_A_PRODUCT_FILE', 'The file is empty.')
  if ('problem' in header) {
    throw new ImportError('NOT_A_PRODUCT_FILE', `The header can't be read, line ${header.line}: ${header.problem}`)
  }
  return findColumns(header.cells)
}

/** The rows that say what product they are about; whatever is wrong with a row is reported here. */
async function* goodRows(
  records: AsyncIterable<CsvRecord | BrokenRecord>,
  columns: Columns,
  digits: number,
  report: Report,
): AsyncGenerator<Row> {
  for await (const record of records) {
    report.rowRead()
    if ('problem' in record) {
      report.skip({ line: record.line, message: record.problem, rows: 1 })
      continue
    }
    const row = parseRow(record, columns, digits)
    if (row.problems.length > 0) report.skip({ line: row.line, message: row.problems.join('; '), rows: 1 })
    if (row.handle) yield row
  }
}
