/**
 * Leases: of all processes that miss an key, one gets the right to load it; the others wait. The lease's token is also
 * the fence: an invalidation removes the lease, and a fill without the lease is refused (Nishtala et al., Scaling
 * Memcache at Facebook, NSDI 2013). This file only calls the scripts; read.ts decides what to do with a lease.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { EntryKeys } from '../redis/keys.ts'
import type { Store } from '../redis/store.ts'

/** A lease expires this long after its last renewal, ms. Then another process takes over from a holder that died. */
export const leaseMs = 2_000

export type AcquireResult =
  | { state: 'lease'; token: string }
  /** There is a usable payload by now. */
  | { state: 'payload'; payload: Buffer }
  /** Another caller holds the lease; it expires after `ms` unless renewed. */
  | { state: 'wait'; ms: number }
  /** Redis is unavailable. */
  | { state: 'unavailable' }

export interface FencedFill {
  payload: Buffer
  ttlMs: number
  /** 0: the value has no version. */
  version: number
  /** The payload to replace, if any. Its version is ignored. */
  unusablePayload: Buffer | undefined
}

export interface Leases {
  /** `unusablePayload`: a payload that the caller found undecodable or invalidated; it does not count as a value. */
  acquire(key: string, unusablePayload: Buffer | undefined): Promise<AcquireResult>
  /** Resolves 1: stored; 0: the lease was lost; -1: a newer version is stored; undefined: Redis is unavailable. */
  fill(key: string, token: string, fill: FencedFill): Promise<1 | 0 | -1 | undefined>
  /** Releases the lease and wakes the waiting reads. Resolves 0 if the lease was lost. */
  release(key: string, token: string): Promise<1 | 0 | undefined>
  /** Holds the lease for `ms` without loading: nobody else loads, and reads with a stale value serve it. */
  hold(key: string, token: string, ms: number): Promise<void>
  /** Renews the lease until the returned function is called. */
  keepAlive(key: string, token: string): () => void
}

const processId = randomUUID().slice(0, 13)
let tokenCount = 0

/** Returns a token that no other call returns, in any process. */
export const createToken = () => `${processId}.${++tokenCount}`

const sha1Of = (payload: Buffer | undefined) => (payload ? createHash('sha1').update(payload).digest('hex') : '')

export function createLeases(store: Store, keys: EntryKeys): Leases {
  const renew = async (key: string, token: string, ms: number) => {
    await store.run('renew', 'renew', keys.lease(key), token, ms)
  }
  return {
    acquire: async (key, unusablePayload) => {
      const token = createToken()
      const keysOfEntry = [keys.value(key), keys.lease(key)]
      const reply = await store.run('acquire', 'acquire', ...keysOfEntry, token, leaseMs, sha1Of(unusablePayload))
      if (reply === undefined) return { state: 'unavailable' }
      if (Buffer.isBuffer(reply)) return { state: 'payload', payload: reply }
      return reply === 1 ? { state: 'lease', token } : { state: 'wait', ms: -(reply as number) }
    },
    fill: async (key, token, { payload, ttlMs, version, unusablePayload }) => {
      const keysOfEntry = [keys.value(key), keys.lease(key), keys.pendingWrites(key)]
      const args = [token, payload, ttlMs, version, keys.channel(key), sha1Of(unusablePayload)]
      return (await store.run('fill', 'fill', ...keysOfEntry, ...args)) as 1 | 0 | -1 | undefined
    },
    release: async (key, token) => {
      const reply = await store.run('release', 'release', keys.lease(key), token, keys.channel(key))
      return reply as 1 | 0 | undefined
    },
    hold: renew,
    keepAlive: (key, token) => {
      const timer = setInterval(() => void renew(key, token, leaseMs), leaseMs / 3)
      return () => clearInterval(timer)
    },
  }
}
