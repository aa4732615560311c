/** The options of a cache, and the interface of a declared cache (`Aside`). */

import type { LoadContext } from './coalescing/loads.ts'
import type { InvalidationSource } from './events.ts'
import type { ReadOutcome } from './insight/read-outcome.ts'
import type { Tier } from './tiers.ts'

export interface AsideOptions<Input, Value> {
  /** TTL tier of the entries: see tiers.ts. */
  tier: Tier
  /** The tier of one entry, in a cache with entries of different tiers. Default: `tier`. */
  tierOf?(value: Value): Tier
  /** Returns the key of an input, unique within the cache. */
  key(input: Input): string
  /** Loads a value from the source. `null` means "does not exist" and is cached briefly. */
  load(input: Input, context: LoadContext): Promise<Value | null>
  /** Loads many inputs at once; returns one value per input, in their order. Default: one `load` per input. */
  loadMany?(inputs: Input[], context: LoadContext): Promise<(Value | null)[]>
  /** Time limit of a load, and of waiting for another caller's load, ms. Default 5,000. */
  loadTimeoutMs?: number
  /** Tags of an entry: `invalidateTag` invalidates all entries with a tag. */
  tags?(value: Value): readonly string[]
  /** Maximum TTL, ms, for a value that is known to change at a certain time. It has no grace. */
  maxTtlMs?(value: Value): number
  /** The row's version: a stored value is never replaced by one with a lower version. */
  version?(value: Value): number
  /** Also keeps decoded values in this process (near cache). Callers share them: do not change one. Default false. */
  near?: boolean
  /**
   * Keeps decoded values and decodes only bytes that have changed; Redis is asked each time. For values that are read
   * often and are not `near`. Callers share the values: do not change one. Not for sealed caches. Default false.
   */
  decodeOnce?: boolean
  /** Encrypts values in Redis. Required for anything secret. Default false. */
  sealed?: boolean
  /**
   * The tables that the values are built from. The engine only passes them on (`declarations`);
   * test/every-column.test.ts compares them with the tables that the values really depend on. Empty: nothing
   * invalidates the cache, its entries only expire.
   */
  dependsOn?: readonly string[]
  /** Returns the input of a key. Lets an administrator warm the cache by keys. */
  fromKey?(key: string): Input
  /** Version of the value's shape, 0 to 255: entries of another schema count as missing. Default 0. */
  schema?: number
}

/** The declaration of a cache, for reports and checks. */
export interface Declaration {
  cache: string
  tier: Tier
  near: boolean
  sealed: boolean
  /** undefined: not declared. */
  dependsOn: readonly string[] | undefined
}

export interface Aside<Input, Value> {
  /**
   * Returns the value, cached or loaded; `null` if it does not exist. Callers may share the value: do not change it.
   * Sets the fields of `outcome`. Rejects with the load's own error or a CacheError.
   */
  get(input: Input, outcome?: ReadOutcome): Promise<Value | null>
  /** Returns the value in the near cache, synchronously; undefined if there is none. */
  peek(input: Input): Value | null | undefined
  /** Returns the values in the order of `inputs`: one round trip to Redis, one load for all that are missing. */
  getMany(inputs: readonly Input[], outcome?: ReadOutcome): Promise<(Value | null)[]>
  /**
   * Invalidates entries. Once resolved, no read in this process returns an old value; near caches of other processes
   * follow within milliseconds. Idempotent. Never rejects; resolves `false` if Redis was unavailable: the caller must
   * retry.
   */
  invalidate(inputs: readonly Input[], source?: InvalidationSource): Promise<boolean>
  /**
   * Loads and stores an entry while readers keep getting the present value. Resolves whether this call loaded: `false`
   * if the entry stays fresh for more than `maxRemainingMs` (default: load always) or if another caller is loading.
   * Rejects with the load's own error or a CacheError.
   */
  refresh(input: Input, maxRemainingMs?: number): Promise<boolean>
  /** Invalidates all entries of this cache, in one command. Idempotent; resolves as `invalidate`. */
  clear(source?: InvalidationSource): Promise<boolean>
  /** Returns the bytes in the near cache. */
  nearBytes(): number
}
