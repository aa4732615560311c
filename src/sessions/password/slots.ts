/**
 * A few at a time, a bounded number waiting, and none for too long. Hashing takes a core and 19 MiB for as long as it
 * runs: a storm of logins must leave the rest of the process something.
 */
import { availableParallelism } from 'node:os'
import { overloaded } from '../errors.ts'

export interface Slots {
  /** Runs `work` when there is room. Rejects with OVERLOADED at once if too many wait, or after the deadline. */
  run<T>(work: () => Promise<T>): Promise<T>
}

export interface SlotOptions {
  /** At once. Default: `hashesAtOnce`. */
  most?: number
  mostWaiting?: number
  deadlineMs?: number
}

/** All cores but one, and at most three: each has 19 MiB. */
export const hashesAtOnce = Math.max(1, Math.min(3, availableParallelism() - 1))

export function createSlots({ most = hashesAtOnce, mostWaiting = 200, deadlineMs = 5_000 }: SlotOptions = {}): Slots {
  let running = 0
  const waiting = new Set<() => void>()

  function wait(): Promise<void> {
    if (waiting.size >= mostWaiting) throw overloaded()
    return new Promise((resolve, reject) => {
      const enter = () => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        waiting.delete(enter)
        reject(overloaded())
      }, deadlineMs)
      waiting.add(enter)
    })
  }

  return {
    run: async (work) => {
      if (running >= most)
        await wait() // whoever leaves hands over the place
      else running += 1
      try {
        return await work()
      } finally {
        const [next] = waiting
        if (next) {
          waiting.delete(next)
          next()
        } else running -= 1
      }
    },
  }
}
