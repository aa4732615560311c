/**
 * Tags by version counters: voiding a tag is one command, however many entries bear it. A logical clock ticks with
 * each voiding; an entry carries the tick at which its load began, a tag the tick of its last voiding, and an entry is
 * void if one of its tags is later. No wall clock decides. A process keeps the versions it has seen, as long as
 * tracking tells it of changes; what it does not know it asks for.
 */
import { LRUCache } from 'lru-cache'
import type { Keys } from '../redis/keys.ts'
import type { Store } from '../redis/store.ts'
import type { Tracking } from '../redis/tracking.ts'

export interface Tags {
  /** Changes whenever any tag may have: what was found valid before may be looked at again. */
  epoch(): number
  /** Whether `stamp` is not older than the voiding of any of `tags`: at once if all are known here. */
  valid(stamp: number, tags: readonly string[]): boolean | Promise<boolean>
  /**
   * The present tick, for a load that is about to begin; undefined: Redis is away. `tag` is made known first: a tag
   * nobody has asked for yet begins its life at the present tick, and entries must not be older than that.
   */
  now(tag: string): number | Promise<number | undefined>
  /** The same for the tags that a load has brought to light. */
  ensure(tags: readonly string[]): Promise<unknown>
  /** Voids all entries that bear `tag`; false if Redis did not take it. */
  bump(tag: string): Promise<boolean>
}

/** Longer than anything lives in the cache: a tag that nobody has asked for in this time has no entries left. */
const tagTtlMs = 3 * 24 * 60 * 60 * 1_000
const mostTags = 10_000

export function createTags(store: Store, keys: Keys, tracking: Tracking): Tags {
  const versions = new LRUCache<string, number>({ max: mostTags })
  let epoch = 0
  const forgetAll = () => {
    epoch++
    versions.clear()
  }
  const changed = (key: string) => {
    epoch++
    versions.delete(key)
  }
  tracking.watch(keys.tagPrefix, changed, forgetAll)

  /** Keeps an answer only if nothing changed while it was under way: the change may be newer than the answer. */
  async function ask(key: string, question: () => ReturnType<Store['run']>): Promise<number | undefined> {
    const before = epoch
    const reply = await question()
    if (reply === undefined) return undefined
    const version = Number(reply.toString())
    if (tracking.isOn() && before === epoch) versions.set(key, version)
    return version
  }

  return {
    epoch: () => epoch,
    valid: (stamp, tags) => {
      let unknown: string[] | undefined
      for (const tag of tags) {
        const key = keys.tag(tag)
        const version = versions.get(key)
        if (version === undefined) unknown = [...(unknown ?? []), key]
        else if (version > stamp) return false
      }
      return unknown
        ? learn(unknown).then((learned) => learned.every((version) => (version ?? Infinity) <= stamp))
        : true
    },
    now: (tag) => {
      const tick = versions.get(keys.tagClock)
      if (tick !== undefined && versions.has(keys.tag(tag))) return tick
      const known = learn([keys.tag(tag)])
      const asked = ask(keys.tagClock, () => store.run('tag', 'read-clock', keys.tagClock))
      return known.then(() => asked)
    },
    ensure: (tags) => learn(tags.map(keys.tag).filter((key) => !versions.has(key))),
    bump: async (tag) => {
      const done = await store.run('invalidate', 'bump-tag', keys.tagClock, keys.tag(tag), tagTtlMs)
      changed(keys.tag(tag)) // at once, without waiting to be told
      changed(keys.tagClock)
      return done !== undefined
    },
  }

  function learn(tagKeys: string[]): Promise<(number | undefined)[]> {
    const ensure = (key: string) => store.run('tag', 'ensure-tag', keys.tagClock, key, tagTtlMs)
    return Promise.all(tagKeys.map((key) => ask(key, () => ensure(key))))
  }
}
