/**
 * Counts in fixed windows, in this process alone: for reads, which must not cost a round trip, and for everything while
 * Redis is away. Bounded: of more keys than `keys`, those that were quiet longest are forgotten.
 */
import { LRUCache } from 'lru-cache'

export interface WindowOptions {
  /** How many a key may take within a window. */
  points: number
  seconds: number
}

export interface LocalWindows {
  /** Takes one. 0: granted; else the ms after which there is room again. */
  take(key: string): number
  giveBack(key: string): void
  forget(key: string): void
  /** Whether something was taken in the present window. */
  has(key: string): boolean
}

export function createLocalWindows({ points, seconds }: WindowOptions, keys = 50_000): LocalWindows {
  const windows = new LRUCache<string, { taken: number; endsAt: number }>({ max: keys })
  return {
    take: (key) => {
      const now = performance.now()
      const window = windows.get(key)
      if (!window || window.endsAt <= now) {
        windows.set(key, { taken: 1, endsAt: now + seconds * 1_000 })
        return 0
      }
      if (window.taken >= points) return window.endsAt - now
      window.taken++
      return 0
    },
    giveBack: (key) => {
      const window = windows.get(key)
      if (window && window.taken > 0) window.taken--
    },
    forget: (key) => void windows.delete(key),
    has: (key) => (windows.get(key)?.endsAt ?? 0) > performance.now(),
  }
}
