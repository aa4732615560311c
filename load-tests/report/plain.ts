/** The table for a terminal. */
import { cellsOf } from './cells.ts'
import type { Row } from './comparison.ts'

export function plainTable(rows: readonly Row[]): string {
  const lines = cellsOf(rows)
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
