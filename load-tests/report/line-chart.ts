/** Lines over time as SVG: one line a variant, a mark at each thing that was done to the databases. */
import { escapeText } from './escape.ts'
import { roundUp, short } from './scale.ts'
import type { Series } from './series.ts'

export interface LineChart {
  title: string
  unit: string
  lines: readonly Series[]
  marks: readonly { second: number; what: string }[]
  seconds: number
  top?: number | undefined
}

const [width, height] = [560, 220]
const plot = { left: 48, right: width - 12, top: 26, bottom: height - 28 }
const across = plot.right - plot.left
const down = plot.bottom - plot.top

/** Colours come from the page: `.line-0`, `.line-1` … */
export function lineChart({ title, unit, lines, marks, seconds, top }: LineChart): string {
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value))
  const highest = top ?? roundUp(Math.max(0, ...values))
  const x = (second: number) => (plot.left + (across * Math.min(second, seconds)) / seconds).toFixed(1)
  const y = (value: number) => (plot.bottom - (down * Math.min(value, highest)) / highest).toFixed(1)
  const grid = [0, 0.5, 1].map((share) => {
    const value = highest * share
    return `<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y(value)}" y2="${y(value)}"/>
<text class="tick" x="${plot.left - 6}" y="${Number(y(value)) + 4}" text-anchor="end">${short(value)}</text>`
  })
  const times = [0, 0.5, 1].map(
    (share) =>
      `<text class="tick" x="${x(seconds * share)}" y="${height - 10}" text-anchor="${share === 0 ? 'start' : share === 1 ? 'end' : 'middle'}">${short(seconds * share)} s</text>`,
  )
  const happened = marks.map(
    (
      { second, what },
      index,
    ) => `<line class="mark" x1="${x(second)}" x2="${x(second)}" y1="${plot.top}" y2="${plot.bottom}"/>
<text class="tick" x="${Number(x(second)) + 3}" y="${plot.top + 10 + 12 * (index % 4)}">${escapeText(what)}</text>`,
  )
  const drawn = lines.map(({ name, points }, index) => {
    const path = points.map(([second, value]) => `${x(second)},${y(value)}`).join(' ')
    return `<polyline class="line line-${index}" points="${path}"><title>${escapeText(name)}</title></polyline>`
  })
  const said = lines.map(
    ({ name, points }) => `${name} up to ${short(Math.max(0, ...points.map(([, value]) => value)))}`,
  )
  return `<svg role="img" viewBox="0 0 ${width} ${height}" aria-label="${escapeText(`${title}, ${unit}: ${said.join(', ')}`)}">
<text class="title" x="0" y="14">${escapeText(title)} <tspan class="tick">${escapeText(unit)}</tspan></text>
${[...grid, ...times, ...happened, ...drawn].join('\n')}
</svg>`
}
