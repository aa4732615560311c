/** What the report, the inspection and the admin of a cache need of it, whatever its types. */

import type { Envelope } from '../codec/envelope.ts'
import type { InvalidationSource } from '../events.ts'
import type { Compare } from './inconsistency.ts'

export interface Probe {
  sealed: boolean
  /** Encodes and decodes the value that was filled last, some times over; undefined: there is none yet. */
  measure(): Measured | undefined
  /** Throws DecodeError. `key` is the short one. */
  open(payload: Buffer, key: string): Envelope<unknown>
  /** Whether this process has it at hand. */
  isNear(key: string): boolean
  /** Asks no more than whether anything voids all entries of the cache. */
  ownTag: string
  /** As `Aside.invalidate`, by short keys. */
  invalidate(keys: readonly string[], source: InvalidationSource): Promise<boolean>
  clear(source: InvalidationSource): Promise<boolean>
  /** undefined: which input has a key is not known. */
  compare: Compare | undefined
}

export interface Measured {
  bytes: number
  encodeMs: number
  decodeMs: number
}

/** The longest payload that is kept for this, bytes. */
export const longestSample = 1024 * 1024

const rounds = 20
const enoughMs = 5

/** The mean time of `work` in ms, after a first round that does not count: 20 rounds, or 5 ms of them. */
export function meanTime(work: () => unknown): number {
  work()
  const started = performance.now()
  let done = 0
  while (done < rounds && performance.now() - started < enoughMs) {
    work()
    done++
  }
  return (performance.now() - started) / done
}
