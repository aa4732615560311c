/** Which step is next. Both ways are a function of the program alone: the same program always takes the same steps. */
import type { Program } from './program.ts'

/** Choices from this number on start the next operation. */
const start = 7
/** This choice deals the priorities anew. */
const deal = 29

/** The index of a ready lane, or 'start' for the next operation. */
export type Choose = (ready: readonly number[], isLeft: boolean) => number | 'start'

export function createChooser({ choices, priorities }: Pick<Program, 'choices' | 'priorities'>): Choose {
  let at = 0
  if (priorities.length === 0) {
    return (ready, isLeft) => {
      const choice = (choices[at++] ?? 0) % 10
      return ready.length > 0 && (choice < start || !isLeft) ? choice % ready.length : 'start'
    }
  }
  // Priorities: a lane of low priority waits until all others have nothing to do, however long that is. Burckhardt et
  // al., A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs, ASPLOS 2010.
  let dealt = 0
  const priorityOf = (lane: number) => priorities[(lane + dealt) % priorities.length] as number
  return (ready, isLeft) => {
    if (choices[at++] === deal) dealt++
    let best: number | 'start' = isLeft ? 'start' : 0
    let highest = isLeft ? priorityOf(0) : -1
    for (const [index, lane] of ready.entries()) {
      const priority = priorityOf(lane)
      if (priority > highest || (priority === highest && best === 'start')) [best, highest] = [index, priority]
    }
    return best
  }
}
