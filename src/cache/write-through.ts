/**
 * Write-through the safe way: Postgres decides, the cache follows.
 * 1. Bound: what is cached, and what is filled meanwhile, lives for the horizon at most. Readers keep their cheap
 *    answer; it is not stale, as nothing is committed yet.
 * 2. Commit: the row's new version comes back.
 * 3. Store it, unless something newer is there; full life again; then acknowledge.
 * Whoever dies between 2 and 3 leaves an old value that is gone after the horizon. If step 1 or 3 fails because Redis
 * is away, the write counts all the same. (Writing the cache first, as is often shown, leaves a lie when the commit
 * fails.)
 */

import { createAside } from './aside.ts'
import { newToken } from './coalescing/lease.ts'
import type { Engine } from './engine.ts'
import type { Packed } from './entries.ts'
import type { Aside, AsideOptions } from './options.ts'

export interface WriteThroughOptions<Input, Value> extends AsideOptions<Input, Value> {
  version(value: Value): number
  /**
   * What happens to the cached value before the commit. `bound` (the default): it lives for the horizon at most.
   * `remove`: it is gone at once, for where an old answer is dangerous even before the new one is acknowledged.
   */
  before?: 'bound' | 'remove'
}

export interface WriteThrough<Input, Value> extends Aside<Input, Value> {
  /**
   * Runs `commit`, which answers with the value as it now stands (null: there is none any more), and has every later
   * read see it. Rejects with what `commit` rejects with; the cache is then as it was. `told` hears, before the answer,
   * whether Redis took it: if not, what is cached may be older for a while, and is to be invalidated when Redis is back.
   */
  write(input: Input, commit: () => Promise<Value | null>, told?: (taken: boolean) => void): Promise<Value | null>
  /**
   * For values that are known when they are decided, as all that they are made of is locked: one round trip to Redis
   * instead of two. Runs `commit`, which answers with those it has changed, and has every later read see them. What is
   * not cached stays so. Nothing is bound before: should the process die in between, whoever follows the outbox has
   * them. Answers with those that Redis took; rejects with what `commit` rejects with.
   */
  storeAfter(commit: () => Promise<Iterable<readonly [Input, Value | null]>>): Promise<Set<Input>>
}

/** How long an old value may outlive a process that died between commit and store, ms; the same as in shared.lua. */
export const horizonMs = 2_000

export function createWriteThrough<Input, Value>(
  engine: Engine,
  cache: string,
  options: WriteThroughOptions<Input, Value>,
): WriteThrough<Input, Value> {
  const { keys, redisClock, tags, events } = engine
  const { aside, entries, flights, keyOf } = createAside<Input, Value>(engine, cache, options)
  const { store, near } = entries
  const forget = (key: string) => {
    near?.drop(key)
    flights.forget(key)
  }

  return {
    ...aside,
    write: async (input, commit, told) => {
      const key = keyOf(input)
      const entry = entries.entryOf(key)
      const [value, pending] = [keys.value(entry), keys.pending(entry)]
      const token = newToken()
      const begin = (renewal: '0' | '1') => store.run('write', 'begin-write', value, pending, token, renewal)
      if (options.before === 'remove') await aside.invalidate([input])
      const begun = await begin('0')
      forget(key)
      const tick = await tags.now(entries.ownTag) // before the commit: a voiding meanwhile is later
      const again = setInterval(() => void begin('1'), horizonMs / 2) // a commit may take longer than the horizon
      let written: Value | null
      try {
        written = await commit()
      } catch (error) {
        clearInterval(again)
        // It may have taken effect all the same (a connection lost in COMMIT): the bound stays.
        await end(entry, token, undefined, begun)
        throw error
      }
      clearInterval(again)
      const taken = await keep(input, written, tick, token, begun)
      told?.(taken)
      return written
    },
    storeAfter: async (commit) => {
      const known = tags.now(entries.ownTag)
      const tick = typeof known === 'object' ? await known : known
      const changed = [...(await commit())]
      const taken = await Promise.all(changed.map(([input, value]) => keep(input, value, tick, newToken(), undefined)))
      return new Set(changed.filter((_, index) => taken[index]).map(([input]) => input))
    },
  }

  /** Step 3; whether Redis took it. What there is not, or can't be stored, is removed. */
  async function keep(
    input: Input,
    value: Value | null,
    tick: number | undefined,
    token: string,
    begun: unknown,
  ): Promise<boolean> {
    const key = keyOf(input)
    forget(key)
    const packed = pack(key, value, tick, redisClock.now())
    if (!packed) return aside.invalidate([input])
    if (packed.tags.length > 0) await tags.ensure(packed.tags)
    const stored = await end(entries.entryOf(key), token, packed, begun)
    const { payload, ttlMs } = packed
    if (stored === 1) events.emit({ type: 'fill', cache, bytes: payload.length, ttlMs })
    if (stored === -1) events.emit({ type: 'fill-refused', cache, reason: 'older' })
    forget(key)
    if (stored === undefined) engine.changed(cache, key) // else it is announced
    return stored !== undefined
  }

  function end(entry: string, token: string, packed: Packed | undefined, begun: unknown) {
    return store.run(
      'write',
      'end-write',
      keys.value(entry),
      keys.lease(entry),
      keys.pending(entry),
      token,
      packed?.payload ?? '',
      packed?.ttlMs ?? 0,
      packed?.version ?? 0,
      keys.channel(entry),
      keys.announcements,
      entry,
      begun === undefined ? '0' : '1',
    )
  }

  /** undefined: there is nothing to store, or it can't be; the write counts all the same. */
  function pack(key: string, value: Value | null, tick: number | undefined, now: number | undefined) {
    if (value === null || tick === undefined || now === undefined) return undefined
    try {
      return entries.pack(key, value, 0, tick, now)
    } catch {
      events.emit({ type: 'fill-refused', cache, reason: 'unencodable' })
      return undefined
    }
  }
}
