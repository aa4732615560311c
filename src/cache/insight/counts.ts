/** What the report counts, from the cache's events: plain numbers, as near hits are many. */
import type { Clock } from '../clock.ts'
import type { CacheEvent, CacheEvents } from '../events.ts'

export interface Counts {
  near: number
  redis: number
  /** Reads that shared another's load in this process. */
  coalesced: number
  misses: number
  loads: number
  failures: number
  loadMs: number
  /** Keys that were loaded: a load of many counts them all. */
  loadedKeys: number
  fills: number
  fillBytes: number
  /** The latest durations, ms, `sampleSize` at most. */
  durations: number[]
}

export interface Counting {
  of(cache: string): Counts
  /** Reads in a second, over the last minute or since the start. */
  perSecond(cache: string): number
  sinceMs(): number
  close(): void
}

const sampleSize = 256
const seconds = 60

/** Reads that were asked for; without a cache (CACHE_MODE=off) each is a load. */
export function readsOf({ near, redis, coalesced, misses, loadedKeys }: Counts): number {
  return near + redis + coalesced + misses || loadedKeys
}

export function createCounting(events: CacheEvents, clock: Clock): Counting {
  const all = new Map<string, Counts>()
  const started = clock.now()
  /** A picture of the counts each second, a minute of them: the reads themselves need not look at a clock. */
  const pictures: { at: number; reads: Map<string, number> }[] = [{ at: started, reads: new Map() }]

  const of = (cache: string): Counts => {
    const known = all.get(cache)
    if (known) return known
    const counts: Counts = { ...none, durations: [] }
    all.set(cache, counts)
    return counts
  }
  const count = (event: CacheEvent) => {
    switch (event.type) {
      case 'near-hit':
        of(event.cache).near++
        return
      case 'hit':
        of(event.cache).redis++
        return
      case 'miss':
        of(event.cache).misses++
        return
      case 'coalesced':
        if (event.scope === 'process') of(event.cache).coalesced++ // those across processes are misses, too
        return
      case 'load':
        return loaded(of(event.cache), event)
      case 'fill': {
        const counts = of(event.cache)
        counts.fills++
        counts.fillBytes += event.bytes
      }
    }
  }
  const end = events.on(count)
  const timer = setInterval(() => {
    pictures.push({ at: clock.now(), reads: new Map(Array.from(all, ([cache, counts]) => [cache, readsOf(counts)])) })
    if (pictures.length > seconds) pictures.shift()
  }, 1_000)
  timer.unref()

  return {
    of,
    perSecond: (cache) => {
      const oldest = pictures[0]
      if (!oldest) return 0
      const passed = Math.max(1_000, clock.now() - oldest.at)
      return ((readsOf(of(cache)) - (oldest.reads.get(cache) ?? 0)) / passed) * 1_000
    },
    sinceMs: () => clock.now() - started,
    close: () => {
      clearInterval(timer)
      end()
    },
  }
}

const none = {
  near: 0,
  redis: 0,
  coalesced: 0,
  misses: 0,
  loads: 0,
  failures: 0,
  loadMs: 0,
  loadedKeys: 0,
  fills: 0,
  fillBytes: 0,
}

function loaded(counts: Counts, { outcome, durationMs, keys }: Extract<CacheEvent, { type: 'load' }>): void {
  if (outcome === 'error') {
    counts.failures++
    return
  }
  counts.durations[counts.loads % sampleSize] = durationMs
  counts.loads++
  counts.loadMs += durationMs
  counts.loadedKeys += keys
}
