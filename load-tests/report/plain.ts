/** The table for a terminal: columns in line, variants one below the other. */
import { columnsFor } from './columns.ts'
import type { Row } from './comparison.ts'

/** A line a figure and a column a variant: a terminal is narrow. */
export function plainTable(rows: readonly Row[]): string {
  const columns = columnsFor(rows.map(({ figures }) => figures))
  const lines = [
    ['', ...rows.map(({ variant }) => variant)],
    ...columns.map(({ title, of, text }) => [title, ...rows.map(({ figures }) => text(figures[of]))]),
  ]
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? []
  return lines
    .map((line) =>
      line.map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart((widths[column] ?? 0) + 2),
      ),
    )
    .map((cells) => cells.join('').trimEnd())
    .join('\n')
}
