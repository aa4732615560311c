/**
 * The events of the engine: the one interface for metrics, logs, reports and tests. The engine emits; it does not know
 * its listeners.
 */
import type { Age, Inconsistency } from './insight/inconsistency.ts'

export type CacheEvent =
  | { type: 'near-hit'; cache: string }
  /** `durationMs`: from the request to the answer. */
  | { type: 'hit'; cache: string; negative: boolean; durationMs: number }
  | { type: 'miss'; cache: string }
  /** A read that missed has ended, with a value or an error. */
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
  /** The consistency checker compared a key `age` seconds after a change. `inconsistency` undefined: no difference. */
  | { type: 'compared'; cache: string; age: Age; inconsistency: Inconsistency | undefined }
  | { type: 'breaker'; state: BreakerState }
  | { type: 'tracking'; state: 'on' | 'off' }
  /** The Redis server is another one than before: all entries are invalid. */
  | { type: 'stranger' }
  /** FLUSHALL or FLUSHDB. Reported by client-side tracking, so not on a Redis Cluster. */
  | { type: 'flushed' }

export type InvalidationSource = 'mutation' | 'outbox' | 'tracking' | 'admin'
export type StoreOperation = 'get' | 'acquire' | 'fill' | 'release' | 'renew' | 'invalidate' | 'write' | 'tag'
export type BreakerState = 'closed' | 'open' | 'half-open'

export interface CacheEvents {
  emit(event: CacheEvent): void
  /** Subscribes; returns the unsubscribe function. Listeners run synchronously: they must be fast and not throw. */
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
