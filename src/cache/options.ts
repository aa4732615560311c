/** What one declares of a cache, and what one gets for it. */

import type { LoadContext } from './coalescing/loads.ts'
import type { InvalidationSource } from './events.ts'
import type { Note } from './insight/read-outcome.ts'
import type { Tier } from './tiers.ts'

export interface AsideOptions<Input, Value> {
  /** How long entries live: see tiers.ts. */
  tier: Tier
  /** The part of the key that tells one input from another. */
  key(input: Input): string
  /** The source. null means "does not exist", and is kept briefly. */
  load(input: Input, context: LoadContext): Promise<Value | null>
  /** The source for many inputs at once, answers in their order. Default: `load`, one by one. */
  loadMany?(inputs: Input[], context: LoadContext): Promise<(Value | null)[]>
  /** How long a load, or the wait for another's, may take, in ms. Default 5,000. */
  loadTimeoutMs?: number
  /** Names under which `invalidateTag` finds the entry. */
  tags?(value: Value): readonly string[]
  /** A bound for the tier's TTL, in ms: for what is known to change then. There is no grace after it. */
  maxTtlMs?(value: Value): number
  /** The row's version: what is stored is never replaced by something older. */
  version?(value: Value): number
  /** Keep decoded values in this process, too. Callers then share them: never change one. Default false. */
  near?: boolean
  /**
   * Keep what was decoded, and decode only bytes that are others: for what is read often and is not near. Redis is asked
   * each time. Callers then share values: never change one. Not for what is sealed. Default false.
   */
  decodeOnce?: boolean
  /** Encrypt values in Redis: for anything secret. Default false. */
  sealed?: boolean
  /**
   * The tables its answers are made of. The engine only passes them on (`declarations`): test/every-column.test.ts
   * holds them against what the answers really depend on. Empty: nothing invalidates it, its TTL is its freshness.
   */
  dependsOn?: readonly string[]
  /** The input that has this key: so that an admin can warm the cache by keys. */
  fromKey?(key: string): Input
  /** The shape of the value, 0 to 255: entries of another shape count as missing. Default 0. */
  schema?: number
}

/** A cache as it was declared. */
export interface Declaration {
  cache: string
  tier: Tier
  near: boolean
  sealed: boolean
  /** undefined: it was not said. */
  dependsOn: readonly string[] | undefined
}

export interface Aside<Input, Value> {
  /** Callers may share the answer: do not change it. `note` gets what became of the read. Rejects with the load's own error, or a CacheError. */
  get(input: Input, note?: Note): Promise<Value | null>
  /** What the near cache has, at once; undefined if it has nothing. */
  peek(input: Input): Value | null | undefined
  /** In the order of `inputs`: one round trip to Redis, and one load for all that is missing. */
  getMany(inputs: readonly Input[], note?: Note): Promise<(Value | null)[]>
  /**
   * Once resolved, no read in this process gives the old values; other processes hear of it within some ms. Never
   * rejects; false: Redis is away, and it has to be done again.
   */
  invalidate(inputs: readonly Input[], source?: InvalidationSource): Promise<boolean>
  /**
   * Loads anew and stores, unless what is stored has more than `whenLeftMs` of its time left (default: always), or
   * somebody else is loading. Readers keep the present answer meanwhile. True: this process loaded. Rejects with the
   * load's own error, or a CacheError.
   */
  refresh(input: Input, whenLeftMs?: number): Promise<boolean>
  /** Invalidates everything in this cache, in one command. Never rejects; false as above. */
  clear(source?: InvalidationSource): Promise<boolean>
  /** Bytes in the near cache. */
  nearBytes(): number
}
