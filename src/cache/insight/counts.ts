/** The counts behind the report, one record per cache, from the engine's events. Cheap, as near hits are many. */
import type { Clock } from '../clock.ts'
import type { CacheEvent, CacheEvents } from '../events.ts'

export interface Counts {
  near: number
  redis: number
  /** Reads that shared the load of another read in this process. */
  coalesced: number
  misses: number
  loads: number
  failures: number
  loadMs: number
  /** Keys of all loads; a load of many keys counts each of them. */
  loadedKeys: number
  fills: number
  fillBytes: number
  /** Durations of the latest `maxDurations` loads, ms. */
  durations: number[]
}

export interface Counters {
  countsOf(cache: string): Counts
  /** Returns reads per second over the last minute, or since the start if that is shorter. */
  readsPerSecond(cache: string): number
  /** Returns the time since counting began, ms. */
  elapsedMs(): number
  close(): void
}

const maxDurations = 256
const maxSnapshots = 60

/** Returns the number of reads. With CACHE_MODE=off there are no cache events, and each loaded key is a read. */
export function countReads({ near, redis, coalesced, misses, loadedKeys }: Counts): number {
  return near + redis + coalesced + misses || loadedKeys
}

export function createCounters(events: CacheEvents, clock: Clock): Counters {
  const all = new Map<string, Counts>()
  const startedAt = clock.now()
  /** One snapshot per second, for a minute, so that counting a read need not read the clock. */
  const snapshots: { at: number; reads: Map<string, number> }[] = [{ at: startedAt, reads: new Map() }]

  const countsOf = (cache: string): Counts => {
    const known = all.get(cache)
    if (known) return known
    const counts: Counts = { ...zeroCounts, durations: [] }
    all.set(cache, counts)
    return counts
  }
  const count = (event: CacheEvent) => {
    switch (event.type) {
      case 'near-hit':
        countsOf(event.cache).near++
        return
      case 'hit':
        countsOf(event.cache).redis++
        return
      case 'miss':
        countsOf(event.cache).misses++
        return
      case 'coalesced':
        if (event.scope === 'process') countsOf(event.cache).coalesced++ // scope `cluster` is already counted as a miss
        return
      case 'load':
        return countLoad(countsOf(event.cache), event)
      case 'fill': {
        const counts = countsOf(event.cache)
        counts.fills++
        counts.fillBytes += event.bytes
      }
    }
  }
  const unsubscribe = events.on(count)
  const timer = setInterval(() => {
    const reads = Array.from(all, ([cache, counts]) => [cache, countReads(counts)] as const)
    snapshots.push({ at: clock.now(), reads: new Map(reads) })
    if (snapshots.length > maxSnapshots) snapshots.shift()
  }, 1_000)
  timer.unref()

  return {
    countsOf,
    readsPerSecond: (cache) => {
      const oldest = snapshots[0]
      if (!oldest) return 0
      const periodMs = Math.max(1_000, clock.now() - oldest.at)
      return ((countReads(countsOf(cache)) - (oldest.reads.get(cache) ?? 0)) / periodMs) * 1_000
    },
    elapsedMs: () => clock.now() - startedAt,
    close: () => {
      clearInterval(timer)
      unsubscribe()
    },
  }
}

const zeroCounts = {
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

function countLoad(counts: Counts, { outcome, durationMs, keys }: Extract<CacheEvent, { type: 'load' }>): void {
  if (outcome === 'error') {
    counts.failures++
    return
  }
  counts.durations[counts.loads % maxDurations] = durationMs
  counts.loads++
  counts.loadMs += durationMs
  counts.loadedKeys += keys
}
