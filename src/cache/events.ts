/** What happens inside the cache, as it happens: the one seam for metrics, logs and tests. */
import type { Age, Inconsistency } from './insight/inconsistency.ts'

export type CacheEvent =
  | { type: 'near-hit'; cache: string }
  /** `durationMs`: from being asked to the answer. */
  | { type: 'hit'; cache: string; negative: boolean; durationMs: number }
  | { type: 'miss'; cache: string }
  /** A read that missed is over, however it ended. */
  | { type: 'missed'; cache: string; durationMs: number }
  | { type: 'coalesced'; cache: string; scope: 'process' | 'cluster' }
  | { type: 'lease-won'; cache: string }
  | { type: 'lease-wait'; cache: string }
  | { type: 'waited'; cache: string; durationMs: number; outcome: 'value' | 'lease' | 'timeout' | 'unavailable' }
  | { type: 'load'; cache: string; outcome: 'found' | 'missing' | 'error'; durationMs: number; keys: number }
  | { type: 'overloaded'; cache: string }
  | { type: 'fill'; cache: string; bytes: number; ttlMs: number }
  | { type: 'fill-refused'; cache: string; reason: 'fenced' | 'older' | 'unencodable' }
  | { type: 'early-refresh'; cache: string }
  | { type: 'stale-served'; cache: string; reason: 'error' | 'contended' | 'overload' }
  | { type: 'invalidated'; cache: string; source: InvalidationSource; keys: number }
  | { type: 'decode-error'; cache: string; error: unknown }
  | { type: 'store-error'; cache: string; op: StoreOperation; error: unknown }
  /** By the consistency checker, `age` seconds after a change. undefined: the cache says what its source says. */
  | { type: 'compared'; cache: string; age: Age; inconsistency: Inconsistency | undefined }
  | { type: 'breaker'; state: BreakerState }
  | { type: 'tracking'; state: 'on' | 'off' }
  /** Another Redis than before: all entries are void. */
  | { type: 'stranger' }
  /** Somebody emptied Redis. Heard of by client-side tracking, so not on a Redis Cluster. */
  | { type: 'flushed' }

export type InvalidationSource = 'mutation' | 'outbox' | 'tracking' | 'admin'
export type StoreOperation = 'get' | 'acquire' | 'fill' | 'release' | 'renew' | 'invalidate' | 'write' | 'tag'
export type BreakerState = 'closed' | 'open' | 'half-open'

export interface CacheEvents {
  emit(event: CacheEvent): void
  /** Returns the function that ends the subscription. Listeners run synchronously: they must be quick and not throw. */
  on(listener: (event: CacheEvent) => void): () => void
}

export function createEvents(): CacheEvents {
  let listeners: ((event: CacheEvent) => void)[] = []
  return {
    emit: (event) => {
      for (let index = 0; index < listeners.length; index++) listeners[index]?.(event)
    },
    on: (listener) => {
      listeners = [...listeners, listener]
      return () => {
        listeners = listeners.filter((other) => other !== listener)
      }
    },
  }
}
