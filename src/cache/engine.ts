/** What all caches of an application share. */

import type { Clock } from './clock.ts'
import type { Announcements } from './coalescing/announcements.ts'
import type { Loads } from './coalescing/loads.ts'
import type { Wake } from './coalescing/wake-ups.ts'
import type { Codec } from './codec/codec.ts'
import type { CacheEvents } from './events.ts'
import type { Probe } from './insight/probe.ts'
import type { Breaker } from './redis/breaker.ts'
import type { Keys } from './redis/keys.ts'
import type { RedisClock } from './redis/redis-clock.ts'
import type { RunScript } from './redis/scripts.ts'
import type { RedisClient, Send } from './redis/send.ts'
import type { Wire } from './redis/store.ts'
import type { Tracking } from './redis/tracking.ts'
import type { Switches } from './switches.ts'
import type { Tags } from './tags/tags.ts'

export interface Engine {
  client: RedisClient
  send: Send
  script: RunScript
  wire: Wire
  breaker: Breaker
  /** Whether what Redis has can be believed: see server-watch.ts. */
  trusts(): boolean
  keys: Keys
  events: CacheEvents
  switches: Switches
  clock: Clock
  redisClock: RedisClock
  loads: Loads
  tags: Tags
  tracking: Tracking
  wake: Wake
  announcements: Announcements
  codec: Codec
  /** For caches that are declared `sealed`. */
  sealedCodec: Codec | undefined
  /** By the cache's name; empty with CACHE_MODE=naive and off. */
  probes: Map<string, Probe>
  /** Bytes a near cache may hold. */
  nearMaxBytes: number
  /** A number in [0, 1), for jitter and early expiry. */
  random(): number
  /** A key was invalidated or written: the consistency checker may want to look at it. */
  changed(cache: string, key: string): void
  /** Work nobody waits for; `close` does. */
  background(work: Promise<unknown>): void
}
