/**
 * The near cache: decoded values in this process, bounded in bytes. It is only as good as what it hears: an entry may
 * stay as long as tracking tells of changes, and never beyond what is left of it in Redis.
 */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import type { Note } from '../insight/read-outcome.ts'
import type { Tracking } from '../redis/tracking.ts'
import type { Tags } from '../tags/tags.ts'

export interface Near<Value> {
  /** undefined: not here. */
  get(key: string, note?: Note): Value | null | undefined
  /** The present moment, to be taken before reading from Redis what is then to be kept. */
  moment(): number
  /** Keeps what was read, unless a change of `key` was heard of since `moment`: the answer may be older than that. */
  keep(key: string, moment: number, entry: NearEntry<Value>): void
  drop(key: string): void
  clear(): void
  bytes(): number
}

export interface NearEntry<Value> {
  value: Value | null
  bytes: number
  /** By the local clock, ms. */
  until: number
  stamp: number
  tags: readonly string[]
}

interface NearDeps {
  clock: Clock
  tracking: Tracking
  tags: Tags
  maxBytes: number
}

/** `prefix` of the values in Redis; `keyOf` turns one of those keys into the key used here. */
export function createNear<Value>(
  { clock, tracking, tags, maxBytes }: NearDeps,
  prefix: string,
  keyOf: (redisKey: string) => string,
): Near<Value> {
  interface Kept extends NearEntry<Value> {
    /** The tags' epoch in which they were last found valid. */
    epoch: number
  }
  const entries = new LRUCache<string, Kept>({ maxSize: maxBytes, sizeCalculation: ({ bytes }) => bytes + 200 })
  // The moments of the latest changes, by key. Of those forgotten it is known that none is later than `horizon`.
  let moment = 1
  let horizon = 0
  const changes = new LRUCache<string, number>({
    max: 10_000,
    dispose: (changed, _key, reason) => {
      if (reason === 'evict') horizon = Math.max(horizon, changed)
    },
  })

  const drop = (key: string) => {
    changes.set(key, ++moment)
    entries.delete(key)
  }
  const clear = () => {
    horizon = ++moment
    entries.clear()
  }
  tracking.watch(prefix, (redisKey) => drop(keyOf(redisKey)), clear)

  return {
    get: (key, note) => {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      const left = entry.until - clock.now()
      if (left > 0 && (entry.epoch === tags.epoch() || stillValid(entry))) {
        if (note) note.ttlMs = left
        return entry.value
      }
      if (left <= 0) entries.delete(key)
      return undefined
    },
    moment: () => moment,
    keep: (key, since, entry) => {
      const unchanged = since >= horizon && (changes.get(key) ?? 0) <= since
      if (unchanged && tracking.isOn() && entry.until > clock.now()) entries.set(key, { ...entry, epoch: tags.epoch() })
    },
    drop,
    clear,
    bytes: () => entries.calculatedSize,
  }

  /** What is not known here at once is for the read from Redis to find out. */
  function stillValid(entry: Kept): boolean {
    const epoch = tags.epoch()
    if (tags.valid(entry.stamp, entry.tags) !== true) return false
    entry.epoch = epoch
    return true
  }
}
