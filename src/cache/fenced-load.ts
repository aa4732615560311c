/**
 * Loads a value from its source: under a lease with a fenced fill, or without a fill if Redis is unavailable. A failed
 * load is answered with the stale value if there is one. Which process may load is decided in read.ts.
 */

import type { LoadResult } from './coalescing/loads.ts'
import type { StillCurrent } from './coalescing/single-flight.ts'
import type { Engine } from './engine.ts'
import type { Entries, Lookup, StaleLookup } from './entries.ts'
import { OverloadedError, UndefinedValueError } from './errors.ts'
import type { ReadOutcome } from './insight/read-outcome.ts'

/** Where a value comes from if the cache has none. One per read of a key. */
export interface Source<Value> {
  /** When the caller asked, by the engine's clock, ms. */
  requestedAt: number
  load(): Promise<LoadResult<Value | null>>
  /** Called when no load is needed for now; `load` may still follow. */
  skip?(): void
  /** Called once the loaded value is on its way to Redis. */
  onStillCurrent?: ((isCurrent: StillCurrent) => void) | undefined
  outcome?: ReadOutcome | undefined
}

export interface FencedLoader<Value> {
  /**
   * Loads while renewing the lease, and fills in the background: Redis runs commands in order, so the next read finds
   * the value. Calls `onFailure` and rejects if the load fails.
   */
  loadWithLease(
    token: string,
    key: string,
    source: Source<Value>,
    unusablePayload: Buffer | undefined,
    onFailure: () => Promise<unknown>,
  ): Promise<Value | null>
  /** Loads under the lease; serves the stale value if the load fails. */
  loadOrServeStale(token: string, lookup: Lookup<Value>, key: string, source: Source<Value>): Promise<Value | null>
  /** Loads without storing; serves the stale value if the load fails. */
  loadWithoutFill(lookup: Lookup<Value>, source: Source<Value>): Promise<Value | null>
  serveStale(lookup: StaleLookup<Value>, source: Source<Value>, reason: StaleReason): Value | null
}

type StaleReason = 'error' | 'overload' | 'contended'

/** After a failed load, the stale value is served for this time before the next load may be tried, ms. */
export const loadBackoffMs = 2_000

export function createFencedLoader<Value>(engine: Engine, cache: string, entries: Entries<Value>): FencedLoader<Value> {
  const { events, redisClock, tags } = engine
  const { leases } = entries

  const loader: FencedLoader<Value> = {
    loadWithLease: async (token, key, source, unusablePayload, onFailure) => {
      const stopRenewal = leases.keepAlive(key, token)
      try {
        const tick = tags.currentTick() // before the load: an invalidation during it has a later tick
        const stamp = typeof tick === 'object' ? await tick : tick
        const loaded = await source.load()
        const filled = entries.fill(key, token, loaded, stamp, unusablePayload)
        source.onStillCurrent?.(filled)
        engine.runInBackground(filled)
        return loaded.value
      } catch (error) {
        engine.runInBackground(onFailure())
        throw error
      } finally {
        stopRenewal()
      }
    },
    loadOrServeStale: async (token, lookup, key, source) => {
      const unusable = lookup.state === 'unavailable' ? undefined : lookup.payload
      if (lookup.state !== 'stale') {
        return loader.loadWithLease(token, key, source, unusable, () => leases.release(key, token))
      }
      try {
        return await loader.loadWithLease(token, key, source, unusable, () => leases.hold(key, token, loadBackoffMs))
      } catch (error) {
        return serveStaleAfter(error, lookup, source)
      }
    },
    loadWithoutFill: async (lookup, source) => {
      source.onStillCurrent?.(unknown)
      try {
        return (await source.load()).value
      } catch (error) {
        if (lookup.state === 'stale') return serveStaleAfter(error, lookup, source)
        throw error
      }
    },
    serveStale: ({ envelope }, source, reason) => {
      events.emit({ type: 'stale-served', cache, reason })
      recordOutcome(source, 'stale', envelope.expiresAt - (redisClock.now() ?? envelope.expiresAt))
      return envelope.value
    },
  }
  return loader

  function serveStaleAfter(error: unknown, lookup: StaleLookup<Value>, source: Source<Value>): Value | null {
    if (error instanceof UndefinedValueError) throw error // a programming error, not an outage
    return loader.serveStale(lookup, source, error instanceof OverloadedError ? 'overload' : 'error')
  }
}

/** Records how the read was answered, if the caller asked for it. `ttlMs`: remaining freshness. */
export function recordOutcome(
  { outcome }: Pick<Source<unknown>, 'outcome'>,
  status: NonNullable<ReadOutcome['status']>,
  ttlMs?: number,
): void {
  if (!outcome) return
  outcome.status = status
  if (ttlMs !== undefined) outcome.ttlMs = ttlMs
}

const unknown: StillCurrent = Promise.resolve(undefined)
