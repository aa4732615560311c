/** Reads under way in this process: callers who ask for the same key while one runs share its answer. */

export interface Flights<T> {
  /** The answer that is on its way, if it was started in the same `epoch`: an older one may miss a change since. */
  get(key: string, epoch: number): Promise<T> | undefined
  start(key: string, epoch: number, work: () => Promise<T>): Promise<T>
  /** Whoever asks from now on starts anew: what is on its way may be older than the change that is known of. */
  forget(key: string): void
  forgetAll(): void
}

export function createFlights<T>(): Flights<T> {
  const flying = new Map<string, { answer: Promise<T>; epoch: number }>()
  return {
    get: (key, epoch) => {
      const flight = flying.get(key)
      return flight?.epoch === epoch ? flight.answer : undefined
    },
    start: (key, epoch, work) => {
      const landed = () => {
        if (flying.get(key) === flight) flying.delete(key)
      }
      const flight = { answer: work(), epoch }
      flying.set(key, flight)
      flight.answer.then(landed, landed)
      return flight.answer
    },
    forget: (key) => void flying.delete(key),
    forgetAll: () => flying.clear(),
  }
}
