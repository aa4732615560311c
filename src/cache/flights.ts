/**
 * Reads under way in this process: callers who ask for the same key while one runs share its answer. One that had to
 * be loaded is shared only if it could be stored: if its fill was refused, somebody invalidated the entry since the
 * load began, perhaps before the caller asked, and the caller must not get what was read before that.
 */

export interface Flights<T> {
  /**
   * The answer that is on its way, if it was started in the same `epoch`: an older one may miss a change since.
   * `again` is called for all who joined if it turns out to be one they must not have.
   */
  join(key: string, epoch: number, again: () => Promise<T>): Promise<T> | undefined
  /** `work` hands over whether what it answers is still the latest, if it comes to know that. */
  start(key: string, epoch: number, work: (latest: (is: Promise<boolean>) => void) => Promise<T>): Promise<T>
  /** Whoever asks from now on starts anew: what is on its way may be older than the change that is known of. */
  forget(key: string): void
  forgetAll(): void
}

interface Flight<T> {
  epoch: number
  answer: Promise<T>
  latest: Promise<boolean> | undefined
  shared: Promise<T> | undefined
}

/** `epochNow`: the present epoch, for those who joined a load that took a while. */
export function createFlights<T>(epochNow: () => number): Flights<T> {
  const flying = new Map<string, Flight<T>>()

  async function share(flight: Flight<T>, again: () => Promise<T>): Promise<T> {
    const value = await flight.answer
    if (!flight.latest) return value
    const latest = await flight.latest
    return latest && flight.epoch === epochNow() ? value : again()
  }

  return {
    join: (key, epoch, again) => {
      const flight = flying.get(key)
      if (flight?.epoch !== epoch) return undefined
      flight.shared ??= share(flight, again)
      return flight.shared
    },
    start: (key, epoch, work) => {
      const landed = () => {
        if (flying.get(key) === flight) flying.delete(key)
      }
      const answer = work((is) => {
        flight.latest = is
      })
      const flight: Flight<T> = { epoch, answer, latest: undefined, shared: undefined }
      flying.set(key, flight)
      answer.then(landed, landed)
      return answer
    },
    forget: (key) => void flying.delete(key),
    forgetAll: () => flying.clear(),
  }
}
