/** Where things lie in Redis. */
import { createHash } from 'node:crypto'

const longest = 180

/** Names become part of keys and of metric labels: short, lower case, no separator. */
export function checkCacheName(name: string): void {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) throw new TypeError(`"${name}" is no name for a cache: use a-z, 0-9 and -.`)
}

export interface Keys {
  /** All values of a cache start with this: what its near caches listen to. Nothing else does. */
  valuePrefix(cache: string): string
  /** The key under which an entry's keys are made. */
  entry(cache: string, shortKey: string): string
  value(entry: string): string
  lease(entry: string): string
  /** Writes under way (write-through). */
  pending(entry: string): string
  /** Where those who wait for the entry are woken. */
  channel(entry: string): string
  /** Where invalidations are announced to all processes. */
  announcements: string
  /** Which server the entries were kept right on. */
  server: string
  tagPrefix: string
  tag(name: string): string
  tagClock: string
}

/** A key as it is, or its hash: if it is long, or if it would close its braces at once. Never empty, for the same reason. */
export function shortKey(key: string): string {
  if (key.length <= longest && !key.startsWith('}')) return key || '-empty-'
  return createHash('sha256').update(key).digest('base64url')
}

/**
 * `prefix` sets applications apart. What belongs to an entry has the same part in braces, so that a Redis Cluster
 * keeps it on one node.
 */
export function createKeys(prefix: string): Keys {
  const tagPrefix = `${prefix}:t:{tags}:`
  return {
    valuePrefix: (cache) => `${prefix}:v:${cache}:`,
    entry: (cache, shortKey) => `${cache}:{${shortKey}}`,
    value: (entry) => `${prefix}:v:${entry}`,
    lease: (entry) => `${prefix}:l:${entry}`,
    pending: (entry) => `${prefix}:p:${entry}`,
    channel: (entry) => `${prefix}:w:${entry}`,
    announcements: `${prefix}:i`,
    server: `${prefix}:server`,
    tagPrefix,
    tag: (name) => `${tagPrefix}=${name}`,
    tagClock: `${tagPrefix}clock`,
  }
}
