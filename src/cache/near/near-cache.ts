/**
 * The near cache (L1): decoded values in this process, bounded in bytes. Redis client-side tracking invalidates its
 * entries, so an entry is stored only while tracking is on, and never for longer than it lives in Redis. It never
 * sends a command.
 */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import type { ReadOutcome } from '../insight/read-outcome.ts'
import type { Tracking } from '../redis/tracking.ts'
import type { Tags } from '../tags/tags.ts'

export interface NearCache<Value> {
  /** Returns undefined if there is no valid entry. Sets `outcome.ttlMs` if there is one. */
  get(key: string, outcome?: ReadOutcome): Value | null | undefined
  /** The number of the latest change. Read it before the read from Redis whose answer is to be stored. */
  sequence(): number
  /** Stores what was read, unless `key` changed since `sequence`: the answer may then be older than the change. */
  set(key: string, sequence: number, entry: NearEntry<Value>): void
  delete(key: string): void
  clear(): void
  bytes(): number
}

export interface NearEntry<Value> {
  value: Value | null
  bytes: number
  /** By the local clock, ms since the epoch. */
  expiresAt: number
  /** The tick of the tags' clock at which the load of the value began. */
  stamp: number
  tags: readonly string[]
  /** The tag epoch in which the tags were last found valid: that of the check, not of storing the entry. */
  epoch: number
}

interface NearDeps {
  clock: Clock
  tracking: Tracking
  tags: Tags
  maxBytes: number
}

/** Changes that are remembered by key. */
const maxChanges = 10_000
/** Estimated size of an entry besides its value, bytes. */
const overheadBytes = 200

/** `prefix` starts all values of the cache in Redis; `keyOf` turns a Redis key into the key used here. */
export function createNearCache<Value>(
  { clock, tracking, tags, maxBytes }: NearDeps,
  prefix: string,
  keyOf: (redisKey: string) => string,
): NearCache<Value> {
  const entries = new LRUCache<string, NearEntry<Value>>({
    maxSize: maxBytes,
    sizeCalculation: ({ bytes }) => bytes + overheadBytes,
  })
  // The sequence number of the latest change of each key. A key that is not here has not changed since `floor`.
  let sequence = 1
  let floor = 0
  const lastChanges = new LRUCache<string, number>({
    maxSize: maxChanges,
    sizeCalculation: () => 1, // `max` would allocate room for all of them at once
    dispose: (change, _key, reason) => {
      if (reason === 'evict') floor = Math.max(floor, change)
    },
  })

  const remove = (key: string) => {
    lastChanges.set(key, ++sequence)
    entries.delete(key)
  }
  const clear = () => {
    floor = ++sequence
    entries.clear()
  }
  tracking.watch(prefix, (redisKey) => remove(keyOf(redisKey)), clear)

  return {
    get: (key, outcome) => {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      const remainingMs = entry.expiresAt - clock.now()
      if (remainingMs > 0 && (entry.epoch === tags.epoch() || isStillValid(entry))) {
        if (outcome) outcome.ttlMs = remainingMs
        return entry.value
      }
      if (remainingMs <= 0) entries.delete(key)
      return undefined
    },
    sequence: () => sequence,
    set: (key, readAt, entry) => {
      const isUnchanged = readAt >= floor && (lastChanges.get(key) ?? 0) <= readAt
      if (isUnchanged && tracking.isOn() && entry.expiresAt > clock.now()) {
        entries.set(key, entry)
      }
    },
    delete: remove,
    clear,
    bytes: () => entries.calculatedSize,
  }

  /** Checks the tags without a command. If a tag version is not known here, the read goes to Redis. */
  function isStillValid(entry: NearEntry<Value>): boolean {
    const epoch = tags.epoch()
    if (tags.isValid(entry.stamp, entry.tags) !== true) return false
    entry.epoch = epoch
    return true
  }
}
