/**
 * Leases: of all processes that miss an entry, one gets to load it; the others are told to wait. The token is the
 * fence, too: an invalidation takes the lease away, and a fill without it is refused (Nishtala et al., Scaling
 * Memcache at Facebook, NSDI 2013).
 */
import { createHash, randomUUID } from 'node:crypto'
import type { Keys } from '../redis/keys.ts'
import type { Store } from '../redis/store.ts'

/** How long a holder may be silent, ms. A holder that lives renews; one that died is succeeded after this. */
export const leaseMs = 2_000

export type Acquired =
  | { state: 'lease'; token: string }
  | { state: 'payload'; payload: Buffer }
  /** Somebody else's, for so long at most unless renewed. */
  | { state: 'wait'; ms: number }
  | { state: 'unavailable' }

export interface Fill {
  payload: Buffer
  ttlMs: number
  /** 0: none. */
  version: number
  /** The payload that could not be used, if there was one: its version says nothing. */
  replaced: Buffer | undefined
}

export interface Leases {
  /** `seen`: a payload that is known to be of no use, and is to be replaced. */
  acquire(entry: string, seen: Buffer | undefined): Promise<Acquired>
  /** Tells whether it stored. 0: fenced off, -1: a newer value is there. */
  fill(entry: string, token: string, fill: Fill): Promise<1 | 0 | -1 | undefined>
  /** Gives the lease to one of those who wait. 0: it was no longer the caller's. */
  release(entry: string, token: string): Promise<1 | 0 | undefined>
  /** Keeps everyone from loading for `ms`: those who have something older serve it. */
  hold(entry: string, token: string, ms: number): Promise<void>
  /** Renews the lease until the function it returns is called. */
  keepAlive(entry: string, token: string): () => void
}

const self = randomUUID().slice(0, 13)
let count = 0

/** Different from all others, in all processes. */
export const newToken = () => `${self}.${++count}`

const digestOf = (payload: Buffer | undefined) => (payload ? createHash('sha1').update(payload).digest('hex') : '')

export function createLeases(store: Store, keys: Keys): Leases {
  const renew = async (entry: string, token: string, ms: number) => {
    await store.run('renew', 'renew', keys.lease(entry), token, ms)
  }
  return {
    acquire: async (entry, seen) => {
      const token = newToken()
      const reply = await store.run(
        'acquire',
        'acquire',
        keys.value(entry),
        keys.lease(entry),
        token,
        leaseMs,
        digestOf(seen),
      )
      if (reply === undefined) return { state: 'unavailable' }
      if (typeof reply !== 'number') return { state: 'payload', payload: reply }
      return reply === 1 ? { state: 'lease', token } : { state: 'wait', ms: -reply }
    },
    fill: async (entry, token, { payload, ttlMs, version, replaced }) => {
      const names = [keys.value(entry), keys.lease(entry), keys.pending(entry)]
      const reply = await store.run(
        'fill',
        'fill',
        ...names,
        token,
        payload,
        ttlMs,
        version,
        keys.channel(entry),
        digestOf(replaced),
      )
      return reply as 1 | 0 | -1 | undefined
    },
    release: async (entry, token) => {
      const reply = await store.run('release', 'release', keys.lease(entry), token, keys.channel(entry))
      return reply as 1 | 0 | undefined
    },
    hold: renew,
    keepAlive: (entry, token) => {
      const timer = setInterval(() => void renew(entry, token, leaseMs), leaseMs / 3)
      return () => clearInterval(timer)
    },
  }
}
