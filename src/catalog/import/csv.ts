/**
 * The records of a CSV stream, each with the line it starts on. Lines are put together until their quotes are even,
 * csv-parse takes the records apart. After a record that can't be right, reading goes on with the very next line, so
 * that a quote nobody closed costs one record and not the rest of the file.
 */
import { parse } from 'csv-parse/sync'
import { longestRecord, readLines } from './lines.ts'

export interface CsvRecord {
  line: number
  cells: string[]
}

export interface BrokenRecord {
  line: number
  problem: string
}

/** Lines that may be a record: as many as it takes for the quotes to be even. */
interface Candidate {
  lines: number
  text: string
}

/**
 * Yields every record of `source`; the first one is the header, and the others must have as many cells. Records
 * without any content are left out. Rejects only when `source` fails.
 */
export async function* readRecords(
  source: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<CsvRecord | BrokenRecord> {
  const reader = createReader()
  for await (const lines of readLines(source)) yield* reader.read(lines)
  yield* reader.end()
}

function createReader() {
  let pending: string[] = []
  let line = 1 // the number of pending[0]
  let width: number | undefined
  let broken: (BrokenRecord & { last: number }) | undefined

  return {
    *read(lines: string[]) {
      pending = pending.concat(lines)
      yield* take(false)
    },
    *end() {
      yield* take(true)
      yield* settleBroken()
    },
  }

  function* take(ended: boolean): Generator<CsvRecord | BrokenRecord> {
    while (pending.length > 0) {
      const { candidates, openLength } = assemble(pending)
      if (candidates.length > 0) {
        yield* settle(candidates)
      } else {
        if (!ended && openLength <= longestRecord) return
        const where = ended ? 'by the end of the file' : `within ${longestRecord.toLocaleString('en')} characters`
        skipLine(encodingProblem(pending[0] ?? '') ?? `opens a quote that is not closed ${where}`)
        pending = pending.slice(1)
      }
    }
  }

  /** Yields the good ones among `candidates`, up to one of several lines that is not: its lines are read anew. */
  function* settle(candidates: Candidate[]): Generator<CsvRecord | BrokenRecord> {
    const together = split(candidates.map(({ text }) => text).join('\n'))
    const records = together?.length === candidates.length ? together : undefined
    let used = 0
    for (const [index, { lines, text }] of candidates.entries()) {
      const cells = text.length > longestRecord ? undefined : records ? records[index] : only(split(text))
      const problem = cells ? problemOf(cells) : problemOfText(text)
      if (problem !== undefined) {
        const alone = lines === 1 && !broken
        skipLine(problem)
        used++
        if (alone) yield* settleBroken()
        if (lines > 1) break
        continue
      }
      yield* settleBroken()
      if (cells && !isBlank(cells)) {
        width ??= cells.length
        yield { line, cells }
      }
      line += lines
      used += lines
    }
    pending = pending.slice(used)
  }

  function problemOf(cells: string[]): string | undefined {
    if (width === undefined || cells.length === width || isBlank(cells)) return undefined
    return `has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}, the header has ${width}`
  }

  function skipLine(problem: string): void {
    broken ??= { line, problem, last: line }
    broken.last = line++
  }

  /** Reports the broken record now that it is known where the next good one starts. */
  function* settleBroken(): Generator<BrokenRecord> {
    if (!broken) return
    const { line: at, problem, last } = broken
    broken = undefined
    const more = last > at ? ` (skipped up to line ${last})` : ''
    yield { line: at, problem: `the row ${problem}${more}` }
  }
}

function assemble(lines: string[]): { candidates: Candidate[]; openLength: number } {
  const candidates: Candidate[] = []
  let open: string[] = []
  let openLength = 0
  for (const line of lines) {
    open.push(line)
    openLength += line.length + 1
    const odd = line.split('"').length % 2 === 0
    if ((open.length === 1) === odd) continue // a quote is open: it was opened here, or not closed here
    candidates.push({ lines: open.length, text: open.join('\n') })
    open = []
    openLength = 0
  }
  return { candidates, openLength }
}

/** The records in `text`, an empty line being one too; undefined when its quotes are wrong. */
function split(text: string): string[][] | undefined {
  try {
    return parse(`${text}\n`, { relax_column_count: true, record_delimiter: '\n', max_record_size: 0 })
  } catch {
    return undefined
  }
}

const only = (records: string[][] | undefined) => (records?.length === 1 ? records[0] : undefined)

function problemOfText(text: string): string {
  return text.length > longestRecord
    ? `is longer than ${longestRecord.toLocaleString('en')} characters`
    : (encodingProblem(text) ??
        'has quotes that do not match (a quote within a cell is written twice, and the cell in quotes)')
}

/** Where quotes don't match in what is no text, the quotes are not the point. */
function encodingProblem(text: string): string | undefined {
  return /[\0\uFFFD]/.test(text) ? 'has bytes that are not text in UTF-8' : undefined
}

const isBlank = (cells: string[]) => cells.every((cell) => cell.trim() === '')
