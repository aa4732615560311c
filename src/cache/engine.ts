/** The services that all caches of an application share. Built in cache.ts; no file of the engine creates its own. */

import type { Clock } from './clock.ts'
import type { Announcements } from './coalescing/announcements.ts'
import type { Loads } from './coalescing/loads.ts'
import type { WakeUps } from './coalescing/wake-ups.ts'
import type { Codec } from './codec/codec.ts'
import type { CacheEvents } from './events.ts'
import type { Probe } from './insight/probe.ts'
import type { Breaker } from './redis/breaker.ts'
import type { RedisClient } from './redis/client.ts'
import type { Keys } from './redis/keys.ts'
import type { RedisClock } from './redis/redis-clock.ts'
import type { RunScript } from './redis/scripts.ts'
import type { Send } from './redis/send.ts'
import type { WriteBatching } from './redis/store.ts'
import type { Tracking } from './redis/tracking.ts'
import type { Switches } from './switches.ts'
import type { Tags } from './tags/tags.ts'

export interface Engine {
  client: RedisClient
  send: Send
  script: RunScript
  writeBatching: WriteBatching
  breaker: Breaker
  /** Whether the entries in Redis may be used: see server-watch.ts. */
  isTrusted(): boolean
  keys: Keys
  events: CacheEvents
  switches: Switches
  clock: Clock
  redisClock: RedisClock
  loads: Loads
  tags: Tags
  tracking: Tracking
  wakeUps: WakeUps
  announcements: Announcements
  codec: Codec
  /** For caches declared `sealed`. undefined: there is no key. */
  sealedCodec: Codec | undefined
  /** By cache name. Empty with CACHE_MODE=naive and off. */
  probes: Map<string, Probe>
  /** Maximum bytes of each near cache. */
  maxNearBytes: number
  /** Returns a number in [0, 1), for jitter and early expiration. */
  random(): number
  /** Reports a key that was invalidated or written to the consistency checker. `key`: the short one. */
  reportChange(cache: string, key: string): void
  /** Reports an entry that was stored in Redis or in the near cache, with all its tags, to the consistency checker. */
  reportStored(cache: string, key: string, tags: readonly string[]): void
  /** Runs work that no caller awaits; `close` awaits it. Its rejections are ignored. */
  runInBackground(work: Promise<unknown>): void
}
