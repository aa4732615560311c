/** COPY ... FROM STDIN: the quickest way into a table. Text format: a row a line, a tab between values. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from } from 'pg-copy-streams'
import { columns, type Row, type Table, type Value } from './rows.ts'

/** Sends `lines` as fast as the server takes them. */
export async function copyInto(client: pg.Client, table: Table, lines: string[]): Promise<void> {
  const target = client.query(from(`COPY ${table} (${columns[table]}) FROM STDIN`))
  await pipeline(Readable.from(batches(lines)), target)
}

export function toLine(row: Row): string {
  return `${row.map(toField).join('\t')}\n`
}

function toField(value: Value): string {
  if (value === null) return '\\N'
  if (typeof value === 'number') return String(value)
  return escaped(typeof value === 'string' ? value : `{${value.map(quote).join(',')}}`)
}

const quote = (item: string) => `"${item.replace(/["\\]/g, '\\$&')}"`

const special = /[\\\t\n\r]/
const replacements: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function escaped(text: string): string {
  if (!special.test(text)) return text
  return text.replace(/[\\\t\n\r]/g, (character) => replacements[character] ?? character)
}

/** A message a row would cost more than the row. */
function* batches(lines: string[]): Generator<string> {
  for (let at = 0; at < lines.length; at += 400) yield lines.slice(at, at + 400).join('')
}
