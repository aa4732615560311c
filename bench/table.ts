/** A row's standings as a Markdown table. */

import type { Standing } from './rounds.ts'
import type { Column, Row } from './row.ts'
import { ratios } from './stats.ts'

/** Heading, explanation and table. */
export function tableOf(row: Row, standings: readonly Standing[]): string {
  const floor = standings.find(({ contestant }) => contestant.name === row.floor)
  const headers = ['', ...row.columns.map(({ header }) => header), '']
  const lines = standings.map((standing) => [
    nameOf(standing),
    ...row.columns.map((column) => cell(column, standing, floor)),
    remark(standing),
  ])
  return [`## ${row.title}`, row.about, [line(headers), rule(headers.length), ...lines.map(line)].join('\n')].join(
    '\n\n',
  )
}

function cell(column: Column, standing: Standing, floor: Standing | undefined): string {
  if (standing.out || standing.samples.length === 0) return '–'
  const values = figures(standing, column.figure)
  if (!column.ratio) return column.show(values)
  return floor && !floor.out ? column.show(ratios(values, figures(floor, column.figure))) : '–'
}

function figures({ samples }: Standing, figure: string): number[] {
  return samples.map((sample) => sample[figure] ?? Number.NaN)
}

function nameOf({ contestant }: Standing): string {
  return contestant.family === 'engine' ? `**${contestant.name}**` : contestant.name
}

function remark({ note, out }: Standing): string {
  if (out)
    return `${out.unsupported ? '' : 'FAILED: '}${out.reason.replaceAll('\n', ' ').replaceAll('|', '\\|').slice(0, 200)}`
  return note ?? ''
}

function line(cells: string[]): string {
  return `| ${cells.join(' | ')} |`
}

function rule(columns: number): string {
  return line(Array.from({ length: columns }, (_, index) => (index === 0 || index === columns - 1 ? '---' : '---:')))
}
