/**
 * `getOrSet`, for a key that is not worth a declaration. One aside cache, declared on first use, serves all one-off
 * keys, so they have what a declared cache has: single flight, fenced fills, early expiry, negative caching, tags. The
 * load belongs to the call and is part of the aside's input.
 */
import type { LoadContext } from './coalescing/loads.ts'
import type { InvalidationSource } from './events.ts'
import type { Aside, AsideOptions } from './options.ts'
import type { Tier } from './tiers.ts'

export interface OneOffOptions<Value> {
  /** How long the entry lives: see tiers.ts. Default `list`: a minute. */
  tier?: Tier
  /** Names under which `invalidateTag` finds the entry. */
  tags?(value: Value): readonly string[]
  /** An upper bound for the tier's TTL, in ms. The entry then has no grace. */
  maxTtlMs?(value: Value): number
}

export interface OneOff {
  /**
   * Returns the entry of a one-off key, and loads it if it is missing. `null` means "does not exist" and is cached
   * briefly. Callers may share the value: do not change it. All one-off keys share one namespace, and the cache
   * `one-off` in metrics and reports; concurrent calls for one key share one load, so each key must have one meaning.
   * Declare a cache instead for a near cache, versions, sealing, batches or a load of more than 5 s. Rejects with the
   * load's own error, or a CacheError.
   */
  getOrSet<Value>(
    key: string,
    load: (context: LoadContext) => Promise<Value | null>,
    options?: OneOffOptions<Value>,
  ): Promise<Value | null>
  /**
   * Invalidates a one-off key. Once resolved, no read in this process returns the old value; other processes follow
   * within milliseconds. Idempotent. Never rejects; resolves `false` if Redis was unreachable, and the caller must retry.
   */
  invalidateKey(key: string, source?: InvalidationSource): Promise<boolean>
}

/** A stored value: an object, so that a loaded value of any type leads to the options of its call until it is stored. */
interface Stored {
  value: unknown
}

interface Input {
  key: string
  load(context: LoadContext): Promise<Stored | null>
}

type Options = OneOffOptions<unknown>

/** `declare` declares an aside cache: on the first call, so that an unused one is not in reports. */
export function createOneOff(
  declare: (name: string, options: AsideOptions<Input, Stored>) => Aside<Input, Stored>,
): OneOff {
  const optionsOf = new WeakMap<Stored, Options>()
  let declared: Aside<Input, Stored> | undefined
  const cache = () => {
    declared ??= declare('one-off', {
      tier: 'list',
      key: ({ key }) => key,
      load: ({ load }, context) => load(context),
      tierOf: (stored) => optionsOf.get(stored)?.tier ?? 'list',
      tags: (stored) => optionsOf.get(stored)?.tags?.(stored.value) ?? [],
      maxTtlMs: (stored) => optionsOf.get(stored)?.maxTtlMs?.(stored.value) ?? Number.POSITIVE_INFINITY,
      dependsOn: [], // the caller knows on what
    })
    return declared
  }
  return {
    getOrSet: async <Value>(
      key: string,
      load: (context: LoadContext) => Promise<Value | null>,
      options?: OneOffOptions<Value>,
    ) => {
      const loadStored = async (context: LoadContext): Promise<Stored | null> => {
        const value = await load(context)
        if (value === null || value === undefined) return value as null // the engine rejects undefined
        const stored = { value }
        if (options) optionsOf.set(stored, options as Options)
        return stored
      }
      const stored = await cache().get({ key, load: loadStored })
      return stored && (stored.value as Value)
    },
    invalidateKey: async (key, source) => cache().invalidate([{ key, load: async () => null }], source),
  }
}
