/**
 * Keeps figures warm: counts them anew shortly before they expire, so that nobody waits for them. Every process looks,
 * one of them counts: the one that gets the lease.
 */
import type { Aside } from '../cache/options.ts'

export interface KeepWarm {
  /** Looks once. Never rejects: a load that fails is in the metrics, and the next look tries again. */
  look(): Promise<void>
  start(): void
  stop(): Promise<void>
}

/** Of the 25 to 28 s that the tier gives them: what is left for the count, if a look comes to nothing. */
const maxRemainingMs = 10_000
const everyMs = 4_000

export function createKeepWarm(caches: readonly Aside<void, unknown>[]): KeepWarm {
  let looking: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  const lookAtAll = async () => {
    // One after the other: each may keep Postgres busy for a while.
    for (const cache of caches) await cache.refresh(undefined, maxRemainingMs).catch(() => false)
    looking = undefined
  }
  const look = () => {
    looking ??= lookAtAll()
    return looking
  }
  return {
    look,
    start: () => {
      timer ??= setInterval(look, everyMs)
      timer.unref()
      void look()
    },
    stop: async () => {
      clearInterval(timer)
      await looking
    },
  }
}
