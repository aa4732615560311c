/** The one table of a comparison: a line a figure, a column a variant. */
import type { Row } from './comparison.ts'
import { linesFor } from './lines.ts'

/** The first line is the head, the first cell of each line its name. */
export function cellsOf(rows: readonly Row[]): string[][] {
  const lines = linesFor(rows.map(({ figures }) => figures))
  return [
    ['', ...rows.map(({ variant }) => variant)],
    ...lines.map(({ title, of, text }) => [title, ...rows.map(({ figures }) => text(figures[of]))]),
  ]
}
