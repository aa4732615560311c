/**
 * Reads under way in this process: who asks for a key that is being read waits for that, and shares its answer if it
 * is certain not to be older than the question. That is so for a load whose fill was accepted: nobody has invalidated
 * the entry since it began. A hit may have been read before a change that was acknowledged before the caller asked:
 * those who came meanwhile ask again, together.
 */

export interface Flights<T> {
  /** Whether there is one that might be joined. */
  has(key: string): boolean
  /**
   * The answer that is on its way, if it was started in the same `epoch`: an older one may miss a change since.
   * `again` is called once for all who joined, if it turns out to be one they must not have.
   */
  join(key: string, epoch: number, again: Again<T>): Promise<T> | undefined
  /** `work` hands over whether what it loaded was still the latest when it was stored. */
  start(key: string, epoch: number, work: (latest: (is: Latest) => void) => Promise<T>): Promise<T>
  /** Whoever asks from now on starts anew: what is on its way may be older than the change that is known of. */
  forget(key: string): void
  forgetAll(): void
}

/** undefined: Redis is away, and nobody can tell. */
export type Latest = Promise<boolean | undefined>

/** `loaded`: what was loaded without Redis, which is not worth asking again. */
export type Again<T> = (loaded?: { value: T }) => Promise<T>

interface Flight<T> {
  epoch: number
  answer: Promise<T>
  latest: Latest | undefined
  shared: Promise<T> | undefined
}

/** `epochNow`: the present epoch, for those who joined a load that took a while. */
export function createFlights<T>(epochNow: () => number): Flights<T> {
  const flying = new Map<string, Flight<T>>()

  async function share(flight: Flight<T>, again: Again<T>): Promise<T> {
    const value = await flight.answer
    const latest = await flight.latest
    if (latest && flight.epoch === epochNow()) return value
    return flight.latest && latest === undefined ? again({ value }) : again()
  }

  return {
    has: (key) => flying.has(key),
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
