/**
 * The clock of Redis, estimated from the local clock and an offset. The expiry of an entry is a time of this clock, so
 * that processes whose own clocks differ by minutes agree on which entries are fresh.
 */
import type { Clock } from '../clock.ts'

export interface RedisClock {
  /** Returns milliseconds since the epoch by the clock of Redis; undefined before the first successful `sync`. */
  now(): number | undefined
  /** Measures the offset. Never rejects; on an error the previous offset stays in use. */
  sync(): Promise<void>
}

/** `time` sends TIME; the reply is seconds and microseconds. */
export function createRedisClock(clock: Clock, time: () => Promise<(number | string)[]>): RedisClock {
  let offset: number | undefined
  return {
    now: () => (offset === undefined ? undefined : clock.now() + offset),
    sync: async () => {
      try {
        const sentAt = clock.now()
        const [seconds, micros] = await time()
        offset = Number(seconds) * 1_000 + Number(micros) / 1_000 - (sentAt + clock.now()) / 2
      } catch {
        // the caller syncs periodically
      }
    },
  }
}
