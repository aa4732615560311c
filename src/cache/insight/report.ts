/** What each cache does and whether it pays. Counted all the time; what costs something is measured when asked. */

import type { Engine } from '../engine.ts'
import type { BreakerState } from '../events.ts'
import type { Declaration } from '../options.ts'
import type { CacheMode } from '../switches.ts'
import { type Counting, type Counts, readsOf } from './counts.ts'
import type { Measured } from './probe.ts'
import { judge, type Verdict } from './verdict.ts'

export interface CacheReport {
  mode: CacheMode
  /** How long this process has counted, s. */
  sinceSeconds: number
  /** `roundTripMs`: of a PING, the median of five; null: Redis does not answer. */
  redis: { roundTripMs: number | null; breaker: BreakerState }
  caches: CacheFigures[]
}

/** Times in ms. null: not known yet. */
export interface CacheFigures {
  cache: string
  tier: string
  /** `coalesced` shared the load of another read. */
  reads: { near: number; redis: number; coalesced: number; misses: number; perSecond: number; hitRatio: number | null }
  /** A load may answer many keys at once. `p95Ms` is of the latest 256. */
  loads: { count: number; failures: number; meanMs: number | null; p95Ms: number | null; keysPerLoad: number | null }
  fills: { count: number; meanBytes: number | null }
  /** Of the value that was filled last. */
  latest: Measured | null
  verdict: Verdict
  reason: string
}

/** This process' view. Never rejects. */
export async function report(
  engine: Engine,
  declarations: readonly Declaration[],
  counting: Counting,
): Promise<CacheReport> {
  const roundTripMs = await roundTrip(engine)
  return {
    mode: engine.switches.mode,
    sinceSeconds: Math.round(counting.sinceMs() / 1_000),
    redis: { roundTripMs: roundTripMs ?? null, breaker: engine.breaker.state() },
    caches: declarations.map(({ cache, tier }) => {
      const measured = engine.probes.get(cache)?.measure()
      const counts = counting.of(cache)
      return { cache, tier, ...figures(counts, counting.perSecond(cache), measured, roundTripMs) }
    }),
  }
}

function figures(
  counts: Counts,
  perSecond: number,
  latest: Measured | undefined,
  roundTripMs: number | undefined,
): Omit<CacheFigures, 'cache' | 'tier'> {
  const { near, redis, coalesced, misses, loads, failures, loadMs, loadedKeys, fills, fillBytes, durations } = counts
  const mean = (sum: number, count: number) => (count > 0 ? sum / count : null)
  const evidence = { perSecond, loads, loadMs: loadMs / loads, keysPerLoad: loadedKeys / loads, roundTripMs }
  return {
    reads: { near, redis, coalesced, misses, perSecond, hitRatio: mean(near + redis + coalesced, readsOf(counts)) },
    loads: {
      count: loads,
      failures,
      meanMs: mean(loadMs, loads),
      p95Ms: percentile(durations, 0.95) ?? null,
      keysPerLoad: mean(loadedKeys, loads),
    },
    fills: { count: fills, meanBytes: mean(fillBytes, fills) },
    latest: latest ?? null,
    ...judge({ ...evidence, decodeMs: latest?.decodeMs }),
  }
}

/** The median of five PINGs; undefined if Redis is away. */
async function roundTrip({ send }: Engine): Promise<number | undefined> {
  const times: number[] = []
  try {
    for (let count = 0; count < 5; count++) {
      const sent = performance.now()
      await send('ping')
      times.push(performance.now() - sent)
    }
  } catch {
    return undefined
  }
  return percentile(times, 0.5)
}

function percentile(values: readonly number[], part: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]
}
