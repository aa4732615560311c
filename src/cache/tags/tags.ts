/**
 * Tags by versions: invalidating a tag is one command, however many entries have it. A logical clock ticks at each
 * invalidation. An entry carries the tick at which its load began, a tag the tick of its latest invalidation, and an
 * entry is invalid if one of its tags has a later tick. No wall clock decides. The state lies in Redis (tags.lua); a
 * process keeps the versions it has fetched for as long as tracking reports their changes.
 */
import { LRUCache } from 'lru-cache'
import type { Keys } from '../redis/keys.ts'
import type { Store } from '../redis/store.ts'
import type { Tracking } from '../redis/tracking.ts'

export interface Tags {
  /** Changes whenever a tag may have been invalidated: what was valid before must be checked again. */
  epoch(): number
  /** Whether no tag was invalidated after `stamp`. Synchronous if the versions of all `tags` are known here. */
  isValid(stamp: number, tags: readonly string[]): boolean | Promise<boolean>
  /** The present tick, for a load that is about to begin. `undefined`: Redis is unavailable. */
  currentTick(): number | Promise<number | undefined>
  /** Fetches the versions of `tags`. `undefined`: Redis is unavailable. */
  fetch(tags: readonly string[]): Promise<(number | undefined)[]>
  /** Invalidates all entries with `tag`. Resolves `false` if Redis was unreachable; the caller must retry. */
  invalidate(tag: string): Promise<boolean>
}

/** Tags whose versions a process keeps. */
const maxTags = 10_000
/** Stands for the clock among the names of tags; a tag has a name. */
const clock = ''

/** `onInvalidated` is called with each tag that this process invalidated, or was told of. */
export function createTags(store: Store, keys: Keys, tracking: Tracking, onInvalidated: (tag: string) => void): Tags {
  // By size 1 each, not by `max`: that would allocate room for all of them at once.
  const versions = new LRUCache<string, number>({ maxSize: maxTags, sizeCalculation: () => 1 })
  /** Requests in progress. One that is no longer here when its answer arrives may be older than a change. */
  const requests = new Map<string, Promise<number | undefined>>()
  let epoch = 0

  const forget = (name: string) => {
    versions.delete(name)
    requests.delete(name)
  }
  const forgetAll = () => {
    epoch++
    versions.clear()
    requests.clear()
  }
  const onChange = (tag: string) => {
    epoch++
    forget(tag)
    forget(clock)
    onInvalidated(tag)
  }
  const nameAt = `${keys.tagPrefix}=`.length
  tracking.watch(keys.tagPrefix, (key) => (key === keys.allTags ? forgetAll() : onChange(key.slice(nameAt))), forgetAll)

  return {
    epoch: () => epoch,
    isValid: (stamp, tags) => {
      let unknown: string[] | undefined
      for (const tag of tags) {
        const version = versions.get(tag)
        if (version === undefined) unknown = [...(unknown ?? []), tag]
        else if (version > stamp) return false
      }
      return unknown ? fetch(unknown).then((all) => all.every((version) => (version ?? Infinity) <= stamp)) : true
    },
    currentTick: () => versions.get(clock) ?? fetch([clock]).then(([tick]) => tick),
    fetch,
    invalidate: async (tag) => {
      const reply = await store.run('invalidate', 'invalidate-tag', ...keys.tagState, keys.tag(tag), tag)
      onChange(tag) // at once, without waiting for the report
      return reply !== undefined
    },
  }

  function fetch(names: readonly string[]): Promise<(number | undefined)[]> {
    if (!tracking.isOn()) return request(names) // nothing would end a request that has become too old to share
    const missing = names.filter((name) => !requests.has(name))
    if (missing.length > 0) {
      const answer = request(missing)
      for (const [index, name] of missing.entries()) {
        const version = answer.then((all) => {
          if (requests.get(name) !== version) return all[index]
          requests.delete(name)
          if (all[index] !== undefined) versions.set(name, all[index])
          return all[index]
        })
        requests.set(name, version)
      }
    }
    return Promise.all(names.map((name) => requests.get(name)))
  }

  async function request(names: readonly string[]): Promise<(number | undefined)[]> {
    const reply = await store.run('tag', 'read-tags', ...keys.tagState, ...names)
    return names.map((_, index) => (Array.isArray(reply) ? Number(String(reply[index])) : undefined))
  }
}
