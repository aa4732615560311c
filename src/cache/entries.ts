/**
 * The entries of one cache in Redis: evaluates the payload that a lookup found, and stores what was loaded. It does not
 * decide who loads; read.ts does. Encoding is in entry-codec.ts.
 */

import { createLeases, type Leases } from './coalescing/lease.ts'
import type { LoadResult } from './coalescing/loads.ts'
import type { Envelope } from './codec/envelope.ts'
import { earlyExpiryMs } from './early-expiry.ts'
import type { Engine } from './engine.ts'
import { createEntryCodec, type EncodedEntry, type EntryCodec } from './entry-codec.ts'
import { createDecodedValues } from './near/decoded-values.ts'
import { createNearCache, type NearCache } from './near/near-cache.ts'
import type { AsideOptions } from './options.ts'
import type { EntryKeys } from './redis/keys.ts'
import { createStore, type Store } from './redis/store.ts'

/** What a lookup in Redis found. `tagEpoch`: the epoch in which the tags were found valid. */
export type Lookup<Value> =
  | { state: 'fresh'; envelope: Envelope<Value>; payload: Buffer; tagEpoch: number }
  /** Expired, and within its grace. */
  | { state: 'stale'; envelope: Envelope<Value>; payload: Buffer; tagEpoch: number }
  /** No entry, or one that is unusable (`payload`): undecodable, or invalidated by a tag. */
  | { state: 'none'; payload: Buffer | undefined }
  /** Redis is unavailable. */
  | { state: 'unavailable' }

export interface Entries<Value> extends EntryCodec<Value> {
  store: Store
  leases: Leases
  near: NearCache<Value> | undefined
  /** A tag that every entry of this cache has; `clear` invalidates it. */
  cacheTag: string
  /** Evaluates the reply to a GET. Asynchronous only if a tag version has to be fetched. Never throws. */
  evaluate(payload: Buffer | null | undefined, key: string): Lookup<Value> | Promise<Lookup<Value>>
  /**
   * Stores what was loaded under the lease `token`, or releases the lease if the value is not to be stored. Resolves
   * whether the lease was still held: `false` if the entry changed meanwhile, `undefined` if Redis is unavailable.
   * `unusablePayload`: the payload to replace. Never rejects.
   */
  fill(
    key: string,
    token: string,
    loaded: LoadResult<Value | null>,
    stamp: number | undefined,
    unusablePayload: Buffer | undefined,
  ): Promise<boolean | undefined>
  /**
   * Stores in the near cache what a read found in Redis, for as long as Redis keeps it. `sequence`: see near-cache.ts.
   * A fill does not call this: Redis reports our own fill as a change, too (NOLOOP does not cover scripts), which would
   * remove the near entry at once.
   */
  fillNear(key: string, sequence: number, lookup: FreshLookup<Value>): void
  keys: EntryKeys
}

export type FreshLookup<Value> = Extract<Lookup<Value>, { state: 'fresh' }>
export type StaleLookup<Value> = Extract<Lookup<Value>, { state: 'stale' }>

/** Limit of the decoded values of one cache (`decodeOnce`). */
const maxDecodedBytes = 16 * 1024 * 1024

export function createEntries<Input, Value>(
  engine: Engine,
  cache: string,
  options: AsideOptions<Input, Value>,
): Entries<Value> {
  const { events, switches, clock, redisClock, tags, random } = engine
  const codec = createEntryCodec(engine, cache, options)
  const cacheTag = `@${cache}`
  const onlyCacheTag = [cacheTag]
  const store = createStore(engine, cache)
  const keys = engine.keys.ofCache(cache, options.schema)
  const leases = createLeases(store, keys)
  const prefix = keys.valuePrefix
  const near =
    options.near && switches.isOn('near')
      ? createNearCache<Value>({ ...engine, maxBytes: engine.maxNearBytes }, prefix, (key) =>
          key.slice(prefix.length + 1, -1),
        )
      : undefined

  const decodedValues = options.decodeOnce && !near ? createDecodedValues<Value>(maxDecodedBytes) : undefined

  return {
    store,
    leases,
    near,
    cacheTag,
    keys,
    ...codec,
    evaluate: (payload, key) => {
      if (payload === undefined) return { state: 'unavailable' }
      if (payload === null) return { state: 'none', payload: undefined }
      let envelope: Envelope<Value>
      try {
        envelope = decodedValues
          ? decodedValues.decode(key, payload, () => codec.decode(payload, key))
          : codec.decode(payload, key)
      } catch (error) {
        events.emit({ type: 'decode-error', cache, error })
        return { state: 'none', payload }
      }
      const classify = (isValid: boolean): Lookup<Value> => {
        if (!isValid) return { state: 'none', payload }
        const now = redisClock.now()
        const state = now === undefined || now < envelope.expiresAt ? 'fresh' : 'stale'
        return { state, envelope, payload, tagEpoch }
      }
      const tagEpoch = tags.epoch() // before the check: an invalidation during it makes the epoch another one
      const isValid = tags.isValid(
        envelope.stamp,
        envelope.tags.length === 0 ? onlyCacheTag : [cacheTag, ...envelope.tags],
      )
      return typeof isValid === 'boolean' ? classify(isValid) : isValid.then(classify)
    },

    fill: async (key, token, { value, durationMs }, stamp, unusablePayload) => {
      const release = async () => {
        const released = await leases.release(key, token)
        return released === undefined ? undefined : released === 1
      }
      const now = redisClock.now()
      if (now === undefined || stamp === undefined || (value === null && !switches.isOn('negative'))) return release()
      let encoded: EncodedEntry
      try {
        encoded = codec.encode(key, value, durationMs, stamp, now)
      } catch {
        events.emit({ type: 'fill-refused', cache, reason: 'unencodable' })
        return release()
      }
      const { payload, ttlMs } = encoded
      if (!switches.isOn('fencing')) {
        await store.set(keys.value(key), payload, ttlMs)
        return release()
      }
      const stored = await leases.fill(key, token, { ...encoded, unusablePayload })
      if (stored === 0) events.emit({ type: 'fill-refused', cache, reason: 'fenced' })
      else if (stored === -1) events.emit({ type: 'fill-refused', cache, reason: 'older' })
      else if (stored === 1) {
        events.emit({ type: 'fill', cache, bytes: payload.length, ttlMs })
        engine.reportStored(cache, key, [cacheTag, ...encoded.tags])
      }
      return stored === undefined ? undefined : stored === 1
    },

    fillNear: (key, sequence, { envelope, payload, tagEpoch }) => {
      if (!near) return
      const { value, expiresAt, deltaMs, stamp, tags } = envelope
      const storeEntry = async () => {
        const redisTtlMs = (await store.ttl(keys.value(key))) ?? 0
        const now = redisClock.now() ?? Number.POSITIVE_INFINITY
        // The near entry ends when XFetch would refresh it: then this process asks Redis, and one reader refreshes.
        const freshMs = expiresAt - now - earlyExpiryMs(deltaMs, random())
        const allTags = [cacheTag, ...tags]
        const nearTtlMs = Math.min(redisTtlMs, freshMs)
        near.set(key, sequence, {
          value,
          bytes: payload.length,
          expiresAt: clock.now() + nearTtlMs,
          stamp,
          tags: allTags,
          epoch: tagEpoch,
        })
        engine.reportStored(cache, key, allTags)
      }
      engine.runInBackground(storeEntry())
    },
  }
}
