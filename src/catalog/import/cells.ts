/** Reads the cells of one record by what they mean, and collects what is wrong with them. */
import type { Columns, Field } from './columns.ts'

export interface Cells {
  /** One sentence a problem, each naming its column. */
  problems: string[]
  has(field: Field): boolean
  /** Whether there is anything in the cell, usable or not. */
  filled(field: Field): boolean
  /** The trimmed cell; undefined when the file has no such column, '' when the cell can't be used (a problem then). */
  text(field: Field, longest?: number): string | undefined
  /** Adds a problem with the cell that `field` stands for. */
  refuse(field: Field, problem: string): void
}

/** What most cells may hold, in characters. */
export const longestName = 255

/** A reader of `cells`, whose problems are its own: each part of a row is judged alone. */
export function readCells(columns: Columns, cells: readonly string[]): Cells {
  const problems: string[] = []
  const raw = (field: Field) => (cells[columns.get(field)?.index ?? -1] ?? '').trim()
  return {
    problems,
    has: (field) => columns.has(field),
    filled: (field) => raw(field) !== '',
    text(field, longest = longestName) {
      const column = columns.get(field)
      if (!column) return undefined
      const text = raw(field)
      const problem = problemOf(text, longest)
      if (problem === undefined) return text
      problems.push(`${column.header} ${problem}`)
      return ''
    },
    refuse(field, problem) {
      const text = raw(field)
      const header = columns.get(field)?.header ?? field
      problems.push(text === '' ? `${header} ${problem}` : `${header} ${quote(text)} ${problem}`)
    },
  }
}

function problemOf(text: string, longest: number): string | undefined {
  if (text.includes('\0')) return 'has a NUL character'
  if (text.includes('\uFFFD')) return 'has bytes that are not UTF-8'
  if (text.length > longest) return `is longer than ${longest.toLocaleString('en')} characters`
  return undefined
}

/** `text` in quotes, on one line and short enough for a message. */
export function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > 60 ? `"${line.slice(0, 60)}…"` : `"${line}"`
}
