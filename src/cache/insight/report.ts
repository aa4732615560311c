/**
 * The report: the counts of each cache in this process, and whether the cache pays. Counts are kept all the time
 * (counts.ts); the round trip and the codec are measured on demand.
 */

import type { Engine } from '../engine.ts'
import type { BreakerState } from '../events.ts'
import type { Declaration } from '../options.ts'
import type { CacheMode } from '../switches.ts'
import { type Counters, type Counts, countReads } from './counts.ts'
import type { Measured } from './probe.ts'
import { assess, type Verdict } from './verdict.ts'

export interface CacheReport {
  mode: CacheMode
  /** Time since counting began in this process, s. */
  sinceSeconds: number
  /** `roundTripMs`: median of five PINGs; null if Redis is unavailable. */
  redis: { roundTripMs: number | null; breaker: BreakerState }
  caches: CacheFigures[]
}

/** The figures of one cache. Times in ms; null: not known yet. */
export interface CacheFigures {
  cache: string
  tier: string
  /** `coalesced`: reads that shared the load of another read. */
  reads: { near: number; redis: number; coalesced: number; misses: number; perSecond: number; hitRatio: number | null }
  /** `keysPerLoad`: a load may load many keys at once. `p95Ms`: of the latest 256 loads. */
  loads: { count: number; failures: number; meanMs: number | null; p95Ms: number | null; keysPerLoad: number | null }
  fills: { count: number; meanBytes: number | null }
  /** The codec, measured on the latest encoded value. */
  latest: Measured | null
  verdict: Verdict
  reason: string
}

/** Creates the report for this process. Never rejects. */
export async function report(
  engine: Engine,
  declarations: readonly Declaration[],
  counters: Counters,
): Promise<CacheReport> {
  const roundTripMs = await measureRoundTrip(engine)
  return {
    mode: engine.switches.mode,
    sinceSeconds: Math.round(counters.elapsedMs() / 1_000),
    redis: { roundTripMs: roundTripMs ?? null, breaker: engine.breaker.state() },
    caches: declarations.map(({ cache, tier }) => {
      const measured = engine.probes.get(cache)?.measure()
      const counts = counters.countsOf(cache)
      return { cache, tier, ...figuresOf(counts, counters.readsPerSecond(cache), measured, roundTripMs) }
    }),
  }
}

function figuresOf(
  counts: Counts,
  perSecond: number,
  latest: Measured | undefined,
  roundTripMs: number | undefined,
): Omit<CacheFigures, 'cache' | 'tier'> {
  const { near, redis, coalesced, misses, loads, failures, loadMs, loadedKeys, fills, fillBytes, durations } = counts
  const mean = (sum: number, count: number) => (count > 0 ? sum / count : null)
  const evidence = { perSecond, loads, loadMs: loadMs / loads, keysPerLoad: loadedKeys / loads, roundTripMs }
  return {
    reads: { near, redis, coalesced, misses, perSecond, hitRatio: mean(near + redis + coalesced, countReads(counts)) },
    loads: {
      count: loads,
      failures,
      meanMs: mean(loadMs, loads),
      p95Ms: percentile(durations, 0.95) ?? null,
      keysPerLoad: mean(loadedKeys, loads),
    },
    fills: { count: fills, meanBytes: mean(fillBytes, fills) },
    latest: latest ?? null,
    ...assess({ ...evidence, decodeMs: latest?.decodeMs }),
  }
}

/** Returns the median of five PINGs, ms; undefined if Redis is unavailable. */
async function measureRoundTrip({ send }: Engine): Promise<number | undefined> {
  const times: number[] = []
  try {
    for (let count = 0; count < 5; count++) {
      const sentAt = performance.now()
      await send('ping')
      times.push(performance.now() - sentAt)
    }
  } catch {
    return undefined
  }
  return percentile(times, 0.5)
}

function percentile(values: readonly number[], fraction: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))]
}
