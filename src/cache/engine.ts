/** What all caches of an application share. */
import type { Announcements } from './announcements.ts'
import type { Breaker } from './breaker.ts'
import type { Clock } from './clock.ts'
import type { Codec } from './codec.ts'
import type { CacheEvents } from './events.ts'
import type { Keys } from './keys.ts'
import type { Loads } from './loads.ts'
import type { Probe } from './probe.ts'
import type { RedisClock } from './redis-clock.ts'
import type { RunScript } from './scripts.ts'
import type { RedisClient, Send } from './send.ts'
import type { Wire } from './store.ts'
import type { Switches } from './switches.ts'
import type { Tags } from './tags.ts'
import type { Tracking } from './tracking.ts'
import type { Wake } from './wake.ts'

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
