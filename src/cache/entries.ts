/** The entries of one cache: what a payload is worth, and putting one there. */

import { createLeases, type Leases } from './coalescing/lease.ts'
import type { Loaded } from './coalescing/loads.ts'
import { type Envelope, open, seal } from './codec/envelope.ts'
import { headStart } from './early-expiry.ts'
import type { Engine } from './engine.ts'
import { CacheError } from './errors.ts'
import { longestSample, type Measured, meanTime } from './insight/probe.ts'
import { createDecoded } from './near/decoded-values.ts'
import { createNear, type Near } from './near/near-cache.ts'
import type { AsideOptions } from './options.ts'
import { createStore, type Store } from './redis/store.ts'
import { negativeTtlMs, tiers, withJitter } from './tiers.ts'

export type Found<Value> =
  | { state: 'fresh'; envelope: Envelope<Value>; payload: Buffer }
  /** Past its time, within its grace. */
  | { state: 'stale'; envelope: Envelope<Value>; payload: Buffer }
  /** Nothing, or (`payload`) nothing that can be used. */
  | { state: 'none'; payload: Buffer | undefined }
  | { state: 'unavailable' }

export interface Packed {
  payload: Buffer
  ttlMs: number
  /** 0: none. */
  version: number
  tags: readonly string[]
}

export interface Entries<Value> {
  store: Store
  leases: Leases
  near: Near<Value> | undefined
  /** The name under which this cache's entries are void altogether: `clear`. */
  ownTag: string
  /** At once, unless the version of a tag has to be asked for. */
  judge(payload: Buffer | null | undefined, key: string): Found<Value> | Promise<Found<Value>>
  /**
   * Stores what was loaded under the lease `token`, or gives the lease back if it is not to be stored. Never rejects;
   * false: it was refused, since there was a change meanwhile; undefined: Redis is away. `replaced`: what was there, and
   * of no use.
   */
  fill(
    key: string,
    token: string,
    loaded: Loaded<Value | null>,
    stamp: number | undefined,
    replaced: Buffer | undefined,
  ): Promise<boolean | undefined>
  /**
   * Keeps what a read found in Redis in the near cache, for as long as Redis has it. `since`: see near.ts. Not after a
   * fill: Redis tells us of our own fill, too (NOLOOP does not cover scripts), and that would drop it again.
   */
  keepNear(key: string, since: number, envelope: Envelope<Value>, bytes: number): void
  entryOf(key: string): string
  /** The bytes of a value and how long they may stay, ms. Throws CacheError for what can't be encoded. */
  pack(key: string, value: Value | null, deltaMs: number, stamp: number, now: number): Packed
  /** What the latest value that was packed takes; undefined: none was. */
  measure(): Measured | undefined
  /** Throws DecodeError. */
  open(payload: Buffer, key: string): Envelope<Value>
}

/** What the decoded values of one cache may hold. */
const decodedMaxBytes = 16 * 1024 * 1024

export function createEntries<Input, Value>(
  engine: Engine,
  cache: string,
  options: AsideOptions<Input, Value>,
): Entries<Value> {
  const { keys, events, switches, clock, redisClock, tags, random } = engine
  const codec = options.sealed ? engine.sealedCodec : engine.codec
  if (!codec) throw new CacheError(`Cache "${cache}" is sealed, and there is no key: set CACHE_SEAL_KEY.`)
  const schema = options.schema ?? 0
  const { ttlMs, graceMs } = tiers[options.tier]
  const ownTag = `@${cache}`
  const store = createStore(engine, cache)
  const leases = createLeases(store, keys)
  const entryOf = (key: string) => keys.entry(cache, key)
  const prefix = keys.valuePrefix(cache)
  const near =
    options.near && switches.on('near')
      ? createNear<Value>({ ...engine, maxBytes: engine.nearMaxBytes }, prefix, (key) =>
          key.slice(prefix.length + 1, -1),
        )
      : undefined

  const openEntry = (payload: Buffer, key: string) => open<Value>(payload, schema, codec, { cache, key })
  const decoded = options.decodeOnce && !near ? createDecoded<Value>(decodedMaxBytes) : undefined
  let latest: { key: string; payload: Buffer } | undefined

  const entries: Entries<Value> = {
    store,
    leases,
    near,
    ownTag,
    entryOf,
    judge: (payload, key) => {
      if (payload === undefined) return { state: 'unavailable' }
      if (payload === null) return { state: 'none', payload: undefined }
      let envelope: Envelope<Value>
      try {
        envelope = decoded ? decoded.open(key, payload, () => openEntry(payload, key)) : openEntry(payload, key)
      } catch (error) {
        events.emit({ type: 'decode-error', cache, error })
        return { state: 'none', payload }
      }
      const weigh = (valid: boolean): Found<Value> => {
        if (!valid) return { state: 'none', payload }
        const now = redisClock.now()
        return { state: now === undefined || now < envelope.expiresAt ? 'fresh' : 'stale', envelope, payload }
      }
      const valid = tags.valid(envelope.stamp, envelope.tags.length === 0 ? own : [ownTag, ...envelope.tags])
      return typeof valid === 'boolean' ? weigh(valid) : valid.then(weigh)
    },

    pack: (key, value, deltaMs, stamp, now) => {
      const bound = value === null ? negativeTtlMs : (options.maxTtlMs?.(value) ?? Number.POSITIVE_INFINITY)
      const full = Math.min(ttlMs, Math.max(bound, 1))
      const fresh = switches.on('jitter') ? withJitter(full, random()) : full
      const envelope: Envelope<Value> = {
        value,
        expiresAt: now + fresh,
        deltaMs,
        version: value === null ? 0 : (options.version?.(value) ?? 0),
        stamp,
        tags: value === null ? [] : checkTags(options.tags?.(value) ?? []),
      }
      const grace = bound < ttlMs ? 0 : graceMs // what has a reason to end then, ends then
      const payload = seal(envelope, schema, codec, { cache, key })
      if (value !== null && payload.length <= longestSample) latest = { key, payload }
      return { payload, ttlMs: Math.ceil(fresh + grace), version: envelope.version, tags: envelope.tags }
    },

    measure: () => {
      if (!latest) return undefined
      const { key, payload } = latest
      const envelope = openEntry(payload, key)
      return {
        bytes: payload.length,
        encodeMs: meanTime(() => seal(envelope, schema, codec, { cache, key })),
        decodeMs: meanTime(() => openEntry(payload, key)),
      }
    },
    open: openEntry,

    fill: async (key, token, { value, durationMs }, stamp, replaced) => {
      const entry = entryOf(key)
      const unstored = async () => {
        const released = await leases.release(entry, token)
        return released === undefined ? undefined : released === 1
      }
      const now = redisClock.now()
      if (now === undefined || stamp === undefined || (value === null && !switches.on('negative'))) return unstored()
      let packed: Packed
      try {
        packed = entries.pack(key, value, durationMs, stamp, now)
      } catch {
        events.emit({ type: 'fill-refused', cache, reason: 'unencodable' })
        return unstored()
      }
      const { payload, ttlMs } = packed
      if (packed.tags.length > 0) await tags.ensure(packed.tags)
      if (!switches.on('fencing')) {
        await store.set(keys.value(entry), payload, ttlMs)
        return unstored()
      }
      const stored = await leases.fill(entry, token, { ...packed, replaced })
      if (stored === 0) events.emit({ type: 'fill-refused', cache, reason: 'fenced' })
      else if (stored === -1) events.emit({ type: 'fill-refused', cache, reason: 'older' })
      else if (stored === 1) events.emit({ type: 'fill', cache, bytes: payload.length, ttlMs })
      return stored === undefined ? undefined : stored === 1
    },

    keepNear: (key, since, envelope, bytes) => {
      if (!near) return
      const { value, expiresAt, deltaMs, stamp, tags } = envelope
      const keep = async () => {
        const left = (await store.ttl(keys.value(entryOf(key)))) ?? 0
        const now = redisClock.now() ?? Number.POSITIVE_INFINITY
        // Until this reader would take it for expired (XFetch): then Redis is asked, and one reader refreshes it.
        const fresh = expiresAt - now - headStart(deltaMs, random())
        near.keep(key, since, {
          value,
          bytes,
          until: clock.now() + Math.min(left, fresh),
          stamp,
          tags: [ownTag, ...tags],
        })
      }
      engine.background(keep())
    },
  }
  const own = [ownTag]
  return entries

  function checkTags(given: readonly string[]): readonly string[] {
    if (given.some((tag) => tag === '' || tag.startsWith('@') || tag.includes('\0'))) {
      throw new CacheError(`Cache "${cache}": a tag must not be empty, begin with @ or contain NUL.`)
    }
    return given
  }
}
