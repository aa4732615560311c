/**
 * Encodes the entries of one cache for Redis, and decodes them: value, expiry, version and tags in one envelope. It
 * applies the tier's TTL, jitter and grace. It does not talk to Redis.
 */

import { type Envelope, open, seal } from './codec/envelope.ts'
import type { Engine } from './engine.ts'
import { CacheError } from './errors.ts'
import { type Measured, maxSampleBytes, meanTimeMs } from './insight/probe.ts'
import type { AsideOptions } from './options.ts'
import { negativeTtlMs, tiers, withJitter } from './tiers.ts'

/** A value, encoded for Redis. */
export interface EncodedEntry {
  payload: Buffer
  /** How long Redis keeps it: freshness and grace. */
  ttlMs: number
  /** 0: the value has no version. */
  version: number
  tags: readonly string[]
}

export interface EntryCodec<Value> {
  /** Encodes a value that was loaded in `deltaMs`. Throws CacheError if the value cannot be encoded. */
  encode(key: string, value: Value | null, deltaMs: number, stamp: number, now: number): EncodedEntry
  /** Measures the codec on the latest encoded value; undefined if there is none. */
  measure(): Measured | undefined
  /** Throws DecodeError. */
  decode(payload: Buffer, key: string): Envelope<Value>
}

export function createEntryCodec<Input, Value>(
  { switches, random, ...engine }: Engine,
  cache: string,
  options: AsideOptions<Input, Value>,
): EntryCodec<Value> {
  const codec = options.sealed ? engine.sealedCodec : engine.codec
  if (!codec) throw new CacheError(`Cache "${cache}" is sealed, but there is no key. Set CACHE_SEAL_KEY.`)
  const schema = options.schema ?? 0
  const decode = (payload: Buffer, key: string) => open<Value>(payload, schema, codec, { cache, key })
  let sample: { key: string; payload: Buffer } | undefined

  return {
    decode,
    encode: (key, value, deltaMs, stamp, now) => {
      const tier = (value !== null && options.tierOf?.(value)) || options.tier
      const { ttlMs: tierTtlMs, graceMs: tierGraceMs } = tiers[tier]
      const maxTtlMs = value === null ? negativeTtlMs : (options.maxTtlMs?.(value) ?? Number.POSITIVE_INFINITY)
      const fullTtlMs = Math.min(tierTtlMs, Math.max(maxTtlMs, 1))
      const freshMs = switches.isOn('jitter') ? withJitter(fullTtlMs, random()) : fullTtlMs
      const envelope: Envelope<Value> = {
        value,
        expiresAt: now + freshMs,
        deltaMs,
        version: value === null ? 0 : (options.version?.(value) ?? 0),
        stamp,
        tags: value === null ? [] : validateTags(cache, options.tags?.(value) ?? []),
      }
      const graceMs = maxTtlMs < tierTtlMs ? 0 : tierGraceMs // the value is known to change then: no grace
      const payload = seal(envelope, schema, codec, { cache, key })
      if (value !== null && payload.length <= maxSampleBytes) sample = { key, payload }
      return { payload, ttlMs: Math.ceil(freshMs + graceMs), version: envelope.version, tags: envelope.tags }
    },

    measure: () => {
      if (!sample) return undefined
      const { key, payload } = sample
      const envelope = decode(payload, key)
      return {
        bytes: payload.length,
        encodeMs: meanTimeMs(() => seal(envelope, schema, codec, { cache, key })),
        decodeMs: meanTimeMs(() => decode(payload, key)),
      }
    },
  }
}

function validateTags(cache: string, tags: readonly string[]): readonly string[] {
  if (tags.some((tag) => tag === '' || tag.startsWith('@') || tag.includes('\0'))) {
    throw new CacheError(`Cache "${cache}": a tag must not be empty, begin with "@" or contain NUL.`)
  }
  return tags
}
