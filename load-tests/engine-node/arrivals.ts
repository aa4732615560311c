/** When iterations are due: fixed beforehand, whatever the answers (an open model). */
import type { Stage } from '../config/profiles.ts'

/** Seconds from the beginning, one for each arrival: spread evenly where the rate is even, closer where it rises. */
export function* arrivalsOf(stages: readonly Stage[]): Generator<number> {
  let [begin, before, index] = [0, 0, 0]
  for (const { seconds, from, to } of stages) {
    const most = before + (seconds * (from + to)) / 2
    for (; index < most - 1e-9; index++) yield begin + timeOf(index - before, { seconds, from, to })
    begin += seconds
    before = most
  }
}

/** Where the n-th arrival of a stage is: the time at which the area under its rate is n. */
function timeOf(n: number, { seconds, from, to }: Stage): number {
  const slope = (to - from) / seconds
  if (Math.abs(slope) < 1e-9) return n / from
  return (-from + Math.sqrt(from * from + 2 * slope * n)) / slope
}
