/**
 * Redis' clock, as seen from here. Entries carry their expiry by that clock, so that processes whose own clocks are
 * minutes apart agree on what is fresh.
 */
import type { Clock } from '../clock.ts'

export interface RedisClock {
  /** Milliseconds by Redis' clock; undefined until it was asked. */
  now(): number | undefined
  /** Asks Redis. Never rejects: an old answer is better than none. */
  sync(): Promise<void>
}

/** `time` is Redis' TIME: seconds and microseconds. */
export function createRedisClock(clock: Clock, time: () => Promise<(number | string)[]>): RedisClock {
  let offset: number | undefined
  return {
    now: () => (offset === undefined ? undefined : clock.now() + offset),
    sync: async () => {
      try {
        const asked = clock.now()
        const [seconds, micros] = await time()
        offset = Number(seconds) * 1_000 + Number(micros) / 1_000 - (asked + clock.now()) / 2
      } catch {
        // asked again in a while
      }
    },
  }
}
