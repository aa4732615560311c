/** The names of all keys and channels in Redis. No other file composes one. */
import { createHash } from 'node:crypto'

/** Longer keys are replaced by their hash, characters. */
const maxKeyLength = 180

/** Throws TypeError for an invalid cache name. Names are part of keys and metric labels: short, lower case. */
export function checkCacheName(name: string): void {
  if (/^[a-z][a-z0-9-]{0,39}$/.test(name)) return
  throw new TypeError(
    `"${name}" is not a valid cache name. Use 1 to 40 characters of a-z, 0-9 and "-"; begin with a letter.`,
  )
}

export interface Keys {
  /** Names of what belongs to the entries of one cache. `schema`: as declared. */
  ofCache(cache: string, schema?: number): EntryKeys
  /** Channel on which invalidations are announced to all processes. */
  announcements: string
  /** The state of the tags, twice: see tags.lua. They have no TTL. */
  tagState: readonly [string, string]
  /** Prefix of the keys below: what a process tracks to hear of invalidated tags. */
  tagPrefix: string
  /** Set and deleted at once when the tag is invalidated, so that tracking reports it. Never exists otherwise. */
  tag(name: string): string
  /** The same for all tags. */
  allTags: string
}

/**
 * Names for the entries of one cache, by short key (see `shortenKey`). Values and leases of even and odd schemas have
 * keys of their own: two versions of the code, before and after a change of `schema`, run side by side during a rolling
 * deployment, and neither replaces the entries of the other. An invalidation removes both.
 */
export interface EntryKeys {
  /** Prefix of all values of the cache with this schema, and of nothing else; the near caches track it. */
  valuePrefix: string
  /** Name of the entry in announcements. */
  name(key: string): string
  value(key: string): string
  lease(key: string): string
  /** Of the neighbouring schema, the one before or after. */
  neighborValue(key: string): string
  neighborLease(key: string): string
  /** Sorted set of the writes in progress (write-through). */
  pendingWrites(key: string): string
  /** Channel of the wake-ups for reads that wait for the entry. */
  channel(key: string): string
}

/** All keys that a change of the entry removes or fences, in the order of the scripts. */
export function namesOfEntry(keys: EntryKeys, key: string): string[] {
  return [keys.value(key), keys.lease(key), keys.neighborValue(key), keys.neighborLease(key), keys.pendingWrites(key)]
}

/**
 * Returns the key itself, or its SHA-256 if it is too long or begins with `}`, which would make the hash tag empty. An
 * empty key becomes `-empty-` for the same reason.
 */
export function shortenKey(key: string): string {
  if (key.length <= maxKeyLength && !key.startsWith('}')) return key || '-empty-'
  return createHash('sha256').update(key).digest('base64url')
}

/**
 * `prefix` separates applications. All keys of an entry have the same hash tag `{…}`, so that a Redis Cluster keeps
 * them on one node and can run a script on them.
 */
export function createKeys(prefix: string): Keys {
  const tagPrefix = `${prefix}:t:{tags}:`
  return {
    ofCache: (cache, schema = 0) => {
      const [own, neighbor] = schema % 2 === 0 ? ['', '1'] : ['1', '']
      return {
        valuePrefix: `${prefix}:v${own}:${cache}:`,
        name: (key) => `${cache}:{${key}}`,
        value: (key) => `${prefix}:v${own}:${cache}:{${key}}`,
        lease: (key) => `${prefix}:l${own}:${cache}:{${key}}`,
        neighborValue: (key) => `${prefix}:v${neighbor}:${cache}:{${key}}`,
        neighborLease: (key) => `${prefix}:l${neighbor}:${cache}:{${key}}`,
        pendingWrites: (key) => `${prefix}:p:${cache}:{${key}}`,
        channel: (key) => `${prefix}:w:${cache}:{${key}}`,
      }
    },
    announcements: `${prefix}:i`,
    tagState: [`${prefix}:tags:{tags}:1`, `${prefix}:tags:{tags}:2`],
    tagPrefix,
    tag: (name) => `${tagPrefix}=${name}`,
    allTags: `${tagPrefix}*`,
  }
}
