/** Bars as SVG: a group a figure, in it a bar a variant. Figures of very different size stand on a logarithmic scale. */
import { escapeText } from './escape.ts'
import { short } from './scale.ts'

export interface BarChart {
  title: string
  unit: string
  groups: readonly string[]
  /** A value for each group. */
  bars: readonly { name: string; values: readonly number[] }[]
}

const [width, height] = [560, 220]
const plot = { left: 8, right: width - 8, top: 40, bottom: height - 28 }

export function barChart({ title, unit, groups, bars }: BarChart): string {
  const values = bars.flatMap((bar) => bar.values).filter((value) => Number.isFinite(value) && value > 0)
  const highest = Math.max(...values, 1e-9)
  const least = Math.min(...values, highest)
  const logarithmic = highest / least > 20
  const share = (value: number) => {
    if (!(value > 0)) return 0
    return logarithmic ? (1 + Math.log10(value / least)) / (1 + Math.log10(highest / least)) : value / highest
  }
  const groupWidth = (plot.right - plot.left) / groups.length
  const barWidth = Math.min(60, (groupWidth - 24) / bars.length)
  const drawn = groups.flatMap((group, column) => {
    const middle = plot.left + groupWidth * (column + 0.5)
    const name = `<text class="tick" x="${middle.toFixed(1)}" y="${height - 10}" text-anchor="middle">${escapeText(group)}</text>`
    const rectangles = bars.map((bar, index) => {
      const value = bar.values[column] ?? Number.NaN
      const tall = (plot.bottom - plot.top) * share(value)
      const left = middle + barWidth * (index - bars.length / 2)
      return `<rect class="bar bar-${index}" x="${(left + 2).toFixed(1)}" y="${(plot.bottom - tall).toFixed(1)}" width="${(barWidth - 4).toFixed(1)}" height="${tall.toFixed(1)}"><title>${escapeText(bar.name)}</title></rect>
<text class="value" x="${(left + barWidth / 2).toFixed(1)}" y="${(plot.bottom - tall - 5).toFixed(1)}" text-anchor="middle">${Number.isFinite(value) ? short(value) : '–'}</text>`
    })
    return [name, ...rectangles]
  })
  const said = bars.map(
    (bar) => `${bar.name} ${bar.values.map((value, index) => `${groups[index]} ${short(value)}`).join(' ')}`,
  )
  return `<svg role="img" viewBox="0 0 ${width} ${height}" aria-label="${escapeText(`${title}, ${unit}: ${said.join(', ')}`)}">
<text class="title" x="0" y="14">${escapeText(title)} <tspan class="tick">${escapeText(unit)}${logarithmic ? ', logarithmic' : ''}</tspan></text>
<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${plot.bottom}" y2="${plot.bottom}"/>
${drawn.join('\n')}
</svg>`
}
