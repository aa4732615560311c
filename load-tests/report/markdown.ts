/** A comparison as a table: for the terminal, and as a Markdown file. */
import { cellsOf } from './cells.ts'
import type { Comparison, Row } from './comparison.ts'

/** The table alone. */
export function table(rows: readonly Row[]): string {
  const [head = [], ...lines] = cellsOf(rows)
  return [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

/** What the scenario counted, and which of its thresholds and checks did not hold. */
export function particulars(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ variant, runs }) => {
    const counters = runs.map(({ summary }) => summary.counters).at(-1) ?? {}
    const counted = Object.entries(counters).map(([name, value]) => `${name} ${number(value)}`)
    const failed = runs.flatMap(({ summary }) => [
      ...summary.thresholds.filter(({ ok }) => !ok).map(({ name, value }) => `${name} is ${number(value)}`),
      ...Object.entries(summary.checks)
        .filter(([, { fails }]) => fails > 0)
        .map(([name, { passes, fails }]) => `“${name}” failed ${fails} of ${passes + fails} times`),
    ])
    const said = [
      counted.join(', '),
      failed.length > 0 ? `not held: ${[...new Set(failed)].join('; ')}` : 'all thresholds and checks held',
    ]
    return `- ${variant}: ${said.filter(Boolean).join('. ')}.`
  })
  return lines.join('\n')
}

export function markdown({ title, story, manifest, rows }: Comparison): string {
  const facts = Object.entries(manifest).map(([name, value]) => `- ${name}: ${value}`)
  return `${[`# ${title}`, ...story, table(rows), particulars(rows), facts.join('\n')].join('\n\n')}\n`
}

const number = (value: number) => (Number.isInteger(value) ? String(value) : value.toPrecision(3))
