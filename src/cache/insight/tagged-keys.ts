/**
 * A few of the keys that were stored under each tag, so that the consistency checker has something to compare when a tag
 * is voided: voiding a tag names no keys. Bounded: `maxTags` tags (least recently used ones are dropped), `keysPerTag`
 * keys each. Keys are chosen at random.
 */
import { LRUCache } from 'lru-cache'

export interface TaggedKey {
  cache: string
  key: string
}

export interface TaggedKeys {
  /** Remembers `key` under each of `tags`. Returns true if one of the tags was voided less than `recentMs` ago. */
  add(cache: string, key: string, tags: readonly string[]): boolean
  /** Returns the keys stored under `tag` and forgets them: a key has to be stored again to be returned again. */
  takeVoided(tag: string): TaggedKey[]
}

interface Tagged {
  keys: TaggedKey[]
  /** By `performance.now()`. */
  voidedAt: number
}

const maxTags = 1_000
const keysPerTag = 4
/**
 * A value that is stored just after its tag was voided was perhaps loaded before: that is the mistake the checker is
 * there to find.
 */
const recentMs = 1_000

export function createTaggedKeys(random: () => number): TaggedKeys {
  const byTag = new LRUCache<string, Tagged>({ max: maxTags })
  const entryOf = (tag: string): Tagged => {
    const known = byTag.get(tag)
    if (known) return known
    const added = { keys: [], voidedAt: Number.NEGATIVE_INFINITY }
    byTag.set(tag, added)
    return added
  }

  return {
    add: (cache, key, tags) => {
      let wasVoidedRecently = false
      const now = performance.now()
      for (const tag of tags) {
        const { keys, voidedAt } = entryOf(tag)
        wasVoidedRecently ||= now - voidedAt < recentMs
        if (keys.some((known) => known.key === key && known.cache === cache)) continue
        keys[keys.length < keysPerTag ? keys.length : Math.floor(random() * keysPerTag)] = { cache, key }
      }
      return wasVoidedRecently
    },
    takeVoided: (tag) => {
      const entry = entryOf(tag)
      entry.voidedAt = performance.now()
      return entry.keys.splice(0)
    },
  }
}
