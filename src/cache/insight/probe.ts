/** A probe: the untyped view of a cache for the report, the inspection, the admin and the consistency checker. */

import type { Envelope } from '../codec/envelope.ts'
import type { InvalidationSource } from '../events.ts'
import type { EntryKeys } from '../redis/keys.ts'
import type { Compare } from './inconsistency.ts'

export interface Probe {
  sealed: boolean
  /** Measures encoding and decoding of the latest encoded value; undefined if there is none yet. */
  measure(): Measured | undefined
  /** Decodes a payload. `key`: the short one. Throws DecodeError. */
  decode(payload: Buffer, key: string): Envelope<unknown>
  /** Whether the near cache of this process has the entry. */
  hasNear(key: string): boolean
  /** The tag that every entry of the cache has. */
  cacheTag: string
  keys: EntryKeys
  /** `Aside.invalidate` by short keys. */
  invalidate(keys: readonly string[], source: InvalidationSource): Promise<boolean>
  clear(source: InvalidationSource): Promise<boolean>
  /** undefined: the cache declares no `fromKey`, so the input of a key is unknown. */
  compare: Compare | undefined
}

export interface Measured {
  bytes: number
  encodeMs: number
  decodeMs: number
}

/** Payloads up to this size are kept for `measure`, bytes. */
export const maxSampleBytes = 1024 * 1024

const maxRounds = 20
const maxMeasureMs = 5

/** Returns the mean duration of `work`, ms: after a warm-up round, over 20 rounds or 5 ms, whichever ends first. */
export function meanTimeMs(work: () => unknown): number {
  work()
  const startedAt = performance.now()
  let rounds = 0
  while (rounds < maxRounds && performance.now() - startedAt < maxMeasureMs) {
    work()
    rounds++
  }
  return (performance.now() - startedAt) / rounds
}
