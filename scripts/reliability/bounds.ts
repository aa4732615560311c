/**
 * The maximum staleness of an answer that each kind of cache promises while nothing fails. A fault adds to it: see
 * faults.ts.
 */
import { tiers } from '../../src/cache/tiers.ts'
import { nearMs } from './history.ts'

/**
 * - `strict`: read from Postgres, or from a cache that asks Redis at each read (G4).
 * - `near`: from a near cache, or from a cache that is voided by tags, whose versions each process keeps. Both learn of a
 *   change by client-side tracking (G4). Also: the end of a session (G9).
 * - `outbox`: changed without the application (import, SQL) or by the passing of time; delivered by the relay (G5).
 * - `ttl`: nothing invalidates the cache. Its tier limits the age: fresh, then the grace while a load fails.
 */
export type Bound = 'strict' | 'near' | 'outbox' | 'ttl'

/** In ms. The only caches without invalidation are those of analytics, tier `realtime`. */
export const boundsMs: Record<Bound, number> = {
  strict: 0,
  near: nearMs,
  outbox: 1_000,
  ttl: tiers.realtime.ttlMs + tiers.realtime.graceMs,
}

/**
 * Maximum staleness of a change that was acknowledged although Redis did not answer in time: it follows by the outbox. A
 * machine that is busy enough has this without any fault.
 */
export const withoutRedisMs = 3_000

/** How much a fault delays. */
export interface Allowance {
  /** Maximum staleness of reads that are `strict` or `near`, ms. */
  allowedStaleMs: number
  /** How much later than usual the relay may deliver, ms. Default: `allowedStaleMs`. */
  relayLateMs?: number
}

/** The maximum staleness of a read that is bounded by `bound`, under a fault, ms. */
export function allowedMs(bound: Bound, { allowedStaleMs, relayLateMs = allowedStaleMs }: Allowance): number {
  if (bound === 'outbox') return boundsMs.outbox + relayLateMs
  if (bound === 'ttl') return boundsMs.ttl + allowedStaleMs
  return Math.max(boundsMs[bound], allowedStaleMs)
}
