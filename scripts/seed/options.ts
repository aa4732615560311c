/** In which options a product comes, and the combinations of their values: its variants. */
import { type Axis, colour } from './data/profile.ts'
import type { Random } from './random.ts'

export interface Option {
  axis: Axis
  values: string[]
}

/** How many values each option has. None, or at most 8 combinations. */
const shapes: number[][] = [
  ...[[], [], [], [], [], [], [], []],
  ...[[2], [2], [3], [3], [4], [4], [5]],
  ...[
    [2, 2],
    [2, 2],
    [2, 3],
    [3, 2],
    [4, 2],
  ],
]

export function chooseOptions(axes: readonly Axis[], random: Random): Option[] {
  const shape = random.pick(shapes)
  return random
    .some(axes, shape.length)
    .map((axis, index) => ({ axis, values: choose(axis, shape[index] ?? 2, random) }))
}

/** Colours are any; sizes are neighbours. */
function choose(axis: Axis, count: number, random: Random): string[] {
  if (axis === colour) return random.some(axis.values, count)
  const start = random.between(0, Math.max(0, axis.values.length - count))
  return axis.values.slice(start, start + count)
}

/** Every combination, the last option changing fastest; one empty combination when there are no options. */
export function combinations(options: readonly Option[]): string[][] {
  return options.reduce<string[][]>(
    (rows, option) => rows.flatMap((row) => option.values.map((value) => [...row, value])),
    [[]],
  )
}

/** How much dearer and heavier than the first of its axes a combination is. */
export function factor(options: readonly Option[], values: readonly string[]): number {
  return options.reduce(
    (product, { axis }, index) => product * (1 + axis.step) ** Math.max(0, axis.values.indexOf(values[index] ?? '')),
    1,
  )
}
