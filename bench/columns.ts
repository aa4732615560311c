/** Columns that several rows share, and how figures are written. */
import type { Column } from './row.ts'
import { median, middleHalf } from './stats.ts'

/** The median, with `digits` digits after the point. */
export function rounded(digits: number): (values: number[]) => string {
  const format = new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return (values) => format.format(median(values))
}

/** Ratios to the floor: the median of the rounds, and between what the middle half of them lies. */
export function ratioTo(floor: string, of: string, figure: string): Column {
  const show = (values: number[]) => {
    if (values.length === 0) return '–'
    const [middle, lower, upper] = [median(values), ...middleHalf(values)].map(significant)
    return lower === upper ? `${middle}` : `${middle} (${lower}–${upper})`
  }
  return { header: `${of} × ${floor}`, figure, show, ratio: true }
}

/** The median, and the largest where it is another. */
export function withMost(values: number[]): string {
  const [middle, most] = [median(values), Math.max(...values)]
  return middle === most ? `${middle}` : `${middle} (most: ${most})`
}

export const cpuColumns: readonly Column[] = [
  { header: 'CPU µs/op', figure: 'cpuUs', show: rounded(2) },
  ratioTo('raw', 'CPU', 'cpuUs'),
]

export const throughputColumns: readonly Column[] = [
  { header: 'ops/s', figure: 'opsPerSecond', show: rounded(0) },
  ratioTo('raw', 'ops/s', 'opsPerSecond'),
]

export const lookupsColumn: Column = { header: 'Redis reads/op', figure: 'lookups', show: rounded(2) }

export const p99Column: Column = { header: 'p99 µs', figure: 'p99Us', show: rounded(0) }

function significant(value: number): string {
  if (value >= 100) return value.toFixed(0)
  if (value >= 10) return value.toFixed(1)
  return value.toFixed(value < 0.095 ? 3 : 2)
}
