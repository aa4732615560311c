/** Round numbers for an axis. */

/** The least round number (1, 2, 2.5 or 5 times a power of ten) that is not below `value`. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 2.5, 5, 10].find((multiple) => multiple * power >= value * (1 - 1e-9)) ?? 10
  return step * power
}

/** As short as a reader needs: 0.05, 2.5, 800, 12k. */
export function short(value: number): string {
  if (value >= 10_000) return `${Number((value / 1_000).toPrecision(3))}k`
  return String(Number(value.toPrecision(3)))
}
