/**
 * Write-through with Postgres as the source of truth:
 * 1. Bound: the cached value, and any value filled during the write, lives for the horizon at most. Readers keep their
 *    cheap answer; it is not stale, as nothing is committed yet.
 * 2. Commit: the row's new version comes back.
 * 3. Store the new value with its full TTL unless a newer version is stored, then acknowledge.
 * If the process dies between 2 and 3, the old value expires after the horizon. If step 1 or 3 fails because Redis is
 * unavailable, the write is acknowledged all the same. (The common order, cache before database, leaves a value in the
 * cache that was never committed when the commit fails.)
 */

import { createAside } from './aside.ts'
import { createToken } from './coalescing/lease.ts'
import type { Engine } from './engine.ts'
import type { EncodedEntry } from './entry-codec.ts'
import type { Aside, AsideOptions } from './options.ts'
import { namesOfEntry } from './redis/keys.ts'

export interface WriteThroughOptions<Input, Value> extends AsideOptions<Input, Value> {
  /** The row's version. It grows with each change. */
  version(value: Value): number
  /**
   * What happens to the cached value before the commit. `bound` (default): it lives for the horizon at most. `remove`:
   * it is removed at once; for values that are dangerous when old even before the write is acknowledged.
   */
  before?: 'bound' | 'remove'
}

export interface WriteThrough<Input, Value> extends Aside<Input, Value> {
  /**
   * Runs `commit` and stores its result: the value after the write, or `null` if the row no longer exists. Once
   * resolved, every read returns this value or a newer one. Rejects with the error of `commit`; the old value then
   * stays, bounded by the horizon. Before the write resolves, `onApplied` is called with whether Redis applied it. If
   * `false`, readers may get the older value for a while; the caller must invalidate it when Redis is available again.
   */
  write(
    input: Input,
    commit: () => Promise<Value | null>,
    onApplied?: (isApplied: boolean) => void,
  ): Promise<Value | null>
  /**
   * Runs `commit` and stores the values it returns: one round trip to Redis instead of two. Only for values that are
   * complete when they are committed, because every row they are built from is locked. An entry that is not cached
   * stays uncached; a `null` value is invalidated. Nothing is bound before the commit: if the process then dies, the
   * outbox relay must invalidate these values. Resolves to the inputs that Redis applied. Rejects with the error of
   * `commit`.
   */
  storeAfter(commit: () => Promise<Iterable<readonly [Input, Value | null]>>): Promise<Set<Input>>
}

/** Maximum life of an old value after a process died between commit and store, ms. Must equal HORIZON in shared.lua. */
export const horizonMs = 2_000

export function createWriteThrough<Input, Value>(
  engine: Engine,
  cache: string,
  options: WriteThroughOptions<Input, Value>,
): WriteThrough<Input, Value> {
  const { redisClock, tags, events } = engine
  const { aside, entries, singleFlight, keyOf } = createAside<Input, Value>(engine, cache, options)
  const { store, near, keys } = entries
  const forget = (key: string) => {
    near?.delete(key)
    singleFlight.forget(key)
  }

  return {
    ...aside,
    write: async (input, commit, onApplied) => {
      const key = keyOf(input)
      const names = [keys.value(key), keys.neighborValue(key), keys.pendingWrites(key)]
      const token = createToken()
      const beginWrite = (isRenewal: '0' | '1') => store.run('write', 'begin-write', ...names, token, isRenewal)
      if (options.before === 'remove') await aside.invalidate([input])
      const beginReply = await beginWrite('0')
      forget(key)
      const tick = await tags.currentTick() // before the commit: an invalidation during it is later
      const renewal = setInterval(() => void beginWrite('1'), horizonMs / 2) // a commit may outlast the horizon
      let committed: Value | null
      try {
        committed = await commit()
      } catch (error) {
        clearInterval(renewal)
        // The commit may have taken effect (connection lost during COMMIT), so the bound stays.
        await endWrite(key, token, undefined, beginReply)
        throw error
      }
      clearInterval(renewal)
      const isApplied = await storeCommitted(input, committed, tick, token, beginReply)
      onApplied?.(isApplied)
      return committed
    },
    storeAfter: async (commit) => {
      const knownTick = tags.currentTick()
      const tick = typeof knownTick === 'object' ? await knownTick : knownTick
      const changes = [...(await commit())]
      const areApplied = await Promise.all(
        changes.map(([input, value]) => storeCommitted(input, value, tick, createToken(), undefined)),
      )
      return new Set(changes.filter((_, index) => areApplied[index]).map(([input]) => input))
    },
  }

  /** Step 3. Invalidates a value that is `null` or cannot be stored. Resolves `false` if Redis is unavailable. */
  async function storeCommitted(
    input: Input,
    value: Value | null,
    tick: number | undefined,
    token: string,
    beginReply: unknown,
  ): Promise<boolean> {
    const key = keyOf(input)
    forget(key) // once, before the command: see invalidateKey in aside.ts
    const encoded = encode(key, value, tick, redisClock.now())
    if (!encoded) return aside.invalidate([input])
    const stored = await endWrite(key, token, encoded, beginReply)
    const { payload, ttlMs } = encoded
    if (stored === 1) {
      events.emit({ type: 'fill', cache, bytes: payload.length, ttlMs })
      engine.reportStored(cache, key, [entries.cacheTag, ...encoded.tags])
    }
    if (stored === -1) events.emit({ type: 'fill-refused', cache, reason: 'older' })
    if (stored === undefined) engine.reportChange(cache, key) // otherwise the announcement reports it
    return stored !== undefined
  }

  function endWrite(key: string, token: string, encoded: EncodedEntry | undefined, beginReply: unknown) {
    return store.run(
      'write',
      'end-write',
      ...namesOfEntry(keys, key),
      token,
      encoded?.payload ?? '',
      encoded?.ttlMs ?? 0,
      encoded?.version ?? 0,
      keys.channel(key),
      engine.keys.announcements,
      keys.name(key),
      beginReply === undefined ? '0' : '1',
    )
  }

  /** Returns undefined if there is no value or it cannot be encoded. The write is acknowledged all the same. */
  function encode(key: string, value: Value | null, tick: number | undefined, now: number | undefined) {
    if (value === null || tick === undefined || now === undefined) return undefined
    try {
      return entries.encode(key, value, 0, tick, now)
    } catch {
      events.emit({ type: 'fill-refused', cache, reason: 'unencodable' })
      return undefined
    }
  }
}
