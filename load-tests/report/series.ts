/** Readings as lines over time. */
import type { Run } from './comparison.ts'
import { pairs, type Reading } from './figures.ts'

export interface Series {
  name: string
  /** s since the measure began, and the value then. */
  points: readonly (readonly [number, number])[]
}

export interface Panel {
  title: string
  unit: string
  /** From one reading to the next; NaN where there is nothing to say. */
  value(earlier: Reading, later: Reading): number
  /** Where the scale ends, if it is known. */
  top?: number
}

const perSecond = (name: 'requests' | 'statements' | 'loads') => (earlier: Reading, later: Reading) =>
  (later[name] - earlier[name]) / ((later.at - earlier.at) / 1_000)

export const panels: readonly Panel[] = [
  { title: 'Requests answered', unit: '/s', value: perSecond('requests') },
  { title: 'Postgres queries', unit: '/s', value: perSecond('statements') },
  {
    title: 'Hit ratio',
    unit: '%',
    top: 100,
    value: (earlier, later) => {
      const [hits, misses] = [later.hits - earlier.hits, later.misses - earlier.misses]
      return hits + misses > 0 ? (100 * hits) / (hits + misses) : Number.NaN
    },
  },
  {
    title: 'Redis memory',
    unit: 'MiB',
    value: (_, { redisBytes }) => (redisBytes > 0 ? redisBytes / 2 ** 20 : Number.NaN),
  },
  { title: 'Process memory', unit: 'MiB', value: (_, { residentBytes }) => residentBytes / 2 ** 20 },
]

/** One run, from just before its measure to its end. Values that are none (Infinity, NaN, below 0) are left out. */
export function seriesOf(name: string, { summary, readings }: Run, { value }: Panel): Series {
  const began = Date.parse(summary.startedAt)
  const points = pairs(readings)
    .map(([earlier, later]) => [(later.at - began) / 1_000, value(earlier, later)] as const)
    .filter(
      ([second, figure]) => second >= 0 && second <= summary.seconds + 0.25 && Number.isFinite(figure) && figure >= 0,
    )
  return { name, points }
}
