/**
 * `npm run import -- file.csv [--currency USD]`: brings a product file in Shopify's export format into the database.
 * Exit code 0: all rows landed; 2: some were skipped, and are listed; 1: it failed.
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { SingleBar } from 'cli-progress'
import pg from 'pg'
import { importProducts } from '../src/catalog/import/import.ts'
import { currencyDigits } from '../src/catalog/import/money.ts'
import type { Findings, ImportSummary } from '../src/catalog/import/report.ts'
import { deploy } from './migrate/deploy.ts'
import { readArgs, runScript, type ScriptContext } from './script.ts'

const mostLines = 50

await runScript(readInput, importFile)

type Input = Awaited<ReturnType<typeof readInput>>

async function importFile({ databaseUrl, say }: ScriptContext, { path, size, currency }: Input): Promise<void> {
  await deploy(databaseUrl)
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1, connectionTimeoutMillis: 5_000 })
  pool.on('error', () => {}) // the query that needs the connection reports it
  const file = createReadStream(path)
  const bar = new SingleBar({ format: 'Importing {bar} {percentage} % | {rows} rows', stream: process.stderr })
  if (process.stderr.isTTY) bar.start(size, 0, { rows: 0 })
  let saved = 0
  const onProgress = ({ read }: ImportSummary['rows']) => {
    saved = read
    bar.update(file.bytesRead, { rows: read })
  }
  try {
    const summary = await importProducts(pool, file, { currency, onProgress })
    bar.stop()
    for (const line of linesOf(summary)) say(line)
    if (summary.rows.skipped > 0) process.exitCode = 2
  } catch (error) {
    bar.stop()
    if (saved > 0) say(`The import stopped after about ${saved} rows. They stay; run it again for the rest.`)
    throw error
  } finally {
    await pool.end()
  }
}

async function readInput() {
  const { values, positionals } = readArgs({ currency: { type: 'string' } })
  const [path, extra] = positionals
  if (!path || extra !== undefined) throw new Error('Usage: npm run import -- file.csv [--currency USD]')
  const currency = (values.currency ?? 'USD').toUpperCase()
  currencyDigits(currency) // throws for one that does not exist
  const stats = await stat(path).catch((cause) => {
    throw new Error(cause.code === 'ENOENT' ? `There is no file ${path}` : cause.message, { cause })
  })
  if (!stats.isFile()) throw new Error(`${path} is not a file.`)
  return { path, size: stats.size, currency }
}

function linesOf({ products, variants, stockLevels, rows, errors, warnings }: ImportSummary): string[] {
  const counts = (of: ImportSummary['variants']) =>
    `${of.created} created, ${of.updated} updated, ${of.unchanged} unchanged`
  return [
    ...listed(warnings, 'warning, '),
    ...listed(errors, ''),
    `Products: ${counts(products)}`,
    `Variants: ${counts(variants)}; ${stockLevels} stock levels set`,
    `Rows: ${rows.read} read, ${rows.skipped} skipped`,
  ]
}

function listed(findings: Findings, kind: string): string[] {
  const lines = findings.first
    .slice(0, mostLines)
    .map(({ line, message, rows }) => `${kind}line ${line}: ${message}${rows > 1 ? ` (${rows} rows)` : ''}`)
  const more = findings.count - lines.length
  return more > 0 ? [...lines, `${kind}and ${more} more`] : lines
}
