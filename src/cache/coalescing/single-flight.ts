/**
 * Single flight: concurrent reads of one key in this process share one call. A caller that joins gets the shared answer
 * only if the answer cannot be older than the caller's request. That holds for a load whose fill was accepted: nothing
 * invalidated the entry since the load began. It does not hold for a hit: the hit may have been read before a change
 * that was acknowledged before the caller asked. Callers that joined such a call read again, together, once.
 */

export interface SingleFlight<T> {
  /** Whether a call for `key` is in flight. */
  has(key: string): boolean
  /**
   * Joins the call in flight; returns undefined if there is none, or if it began in another tag epoch than `epoch`: a
   * tag may have been invalidated since. `retry` runs once for all that joined, if the answer may be too old for them.
   */
  join(key: string, epoch: number, retry: Retry<T>): Promise<T> | undefined
  /** Runs `work` as the call in flight for `key`. `work` may report whether its answer was current when stored. */
  run(key: string, epoch: number, work: (onStillCurrent: (isCurrent: StillCurrent) => void) => Promise<T>): Promise<T>
  /** Lets nobody join the call in flight for `key` from now on: its answer may be older than a known change. */
  forget(key: string): void
  forgetAll(): void
}

/** Whether a loaded value was still current when Redis received it. `undefined`: Redis is unavailable, so unknown. */
export type StillCurrent = Promise<boolean | undefined>

/** Reads again. `loaded`: a value that was loaded without Redis; asking Redis again for it is pointless. */
export type Retry<T> = (loaded?: { value: T }) => Promise<T>

interface Call<T> {
  epoch: number
  answer: Promise<T>
  stillCurrent: StillCurrent | undefined
  /** The answer for those that joined; created by the first of them. */
  shared: Promise<T> | undefined
}

/** `currentEpoch` returns the present tag epoch: it may have changed while a joined call was in flight. */
export function createSingleFlight<T>(currentEpoch: () => number): SingleFlight<T> {
  const inFlight = new Map<string, Call<T>>()

  async function share(call: Call<T>, retry: Retry<T>): Promise<T> {
    const value = await call.answer
    const isCurrent = await call.stillCurrent
    if (isCurrent && call.epoch === currentEpoch()) return value
    return call.stillCurrent && isCurrent === undefined ? retry({ value }) : retry()
  }

  return {
    has: (key) => inFlight.has(key),
    join: (key, epoch, retry) => {
      const call = inFlight.get(key)
      if (call?.epoch !== epoch) return undefined
      call.shared ??= share(call, retry)
      return call.shared
    },
    run: (key, epoch, work) => {
      const remove = () => {
        if (inFlight.get(key) === call) inFlight.delete(key)
      }
      const answer = work((isCurrent) => {
        call.stillCurrent = isCurrent
      })
      const call: Call<T> = { epoch, answer, stillCurrent: undefined, shared: undefined }
      inFlight.set(key, call)
      answer.then(remove, remove)
      return answer
    },
    forget: (key) => void inFlight.delete(key),
    forgetAll: () => inFlight.clear(),
  }
}
