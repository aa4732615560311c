/** The few statistics the tables need. */

/** NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** The smallest value that `share` (0–1) of all values do not exceed. NaN for no values. */
export function percentile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/** The middle half of the values: from its lower end to its upper. */
export function middleHalf(values: readonly number[]): [number, number] {
  return [percentile(values, 0.25), percentile(values, 0.75)]
}

/** Value by value, while both have one. */
export function ratios(values: readonly number[], floor: readonly number[]): number[] {
  return values.slice(0, floor.length).map((value, index) => value / (floor[index] ?? Number.NaN))
}
