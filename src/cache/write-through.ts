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
import type { Engine } from './engine.ts'
import { newToken } from './lease.ts'
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

  return {
    ...aside,
    write: async (input, commit, told) => {
      const key = keyOf(input)
      const entry = entries.entryOf(key)
      const [value, lease, pending] = [keys.value(entry), keys.lease(entry), keys.pending(entry)]
      const token = newToken()
      const forget = () => {
        near?.drop(key)
        flights.forget(key)
      }
      const begin = (renewal: '0' | '1') => store.run('write', 'begin-write', value, pending, token, renewal)
      const end = (payload: Buffer | string, ttlMs: number, version: number) =>
        store.run(
          'write',
          'end-write',
          value,
          lease,
          pending,
          token,
          payload,
          ttlMs,
          version,
          keys.channel(entry),
          keys.announcements,
          entry,
          begun === undefined ? '0' : '1',
        )

      if (options.before === 'remove') await aside.invalidate([input])
      const begun = await begin('0')
      forget()
      const tick = await tags.now(entries.ownTag) // before the commit: a voiding meanwhile is later
      const again = setInterval(() => void begin('1'), horizonMs / 2) // a commit may take longer than the horizon
      let written: Value | null
      try {
        written = await commit()
      } catch (error) {
        clearInterval(again)
        await end('', 0, 0) // it may have taken effect all the same (a connection lost in COMMIT): the bound stays
        throw error
      }
      clearInterval(again)
      const now = redisClock.now()
      forget()
      const packed = pack(key, written, tick, now)
      if (written === null || !packed) {
        const removed = await aside.invalidate([input])
        told?.(removed)
        return written
      }
      const { payload, ttlMs, version } = packed
      if (packed.tags.length > 0) await tags.ensure(packed.tags)
      const stored = await end(payload, ttlMs, version)
      if (stored === 1) events.emit({ type: 'fill', cache, bytes: payload.length, ttlMs })
      if (stored === -1) events.emit({ type: 'fill-refused', cache, reason: 'older' })
      forget()
      told?.(stored !== undefined)
      return written
    },
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
