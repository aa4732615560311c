/** One contestant at work in one process, with its source and the counters that show what it really does. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Opened } from './contestant.ts'
import type { RedisCounters } from './redis-counters.ts'
import type { Source } from './source.ts'

export interface Plan {
  /** How long a timed round takes. */
  roundMs: number
  /** Entries in the row about memory. */
  entries: number
}

export interface Session {
  cache: Opened
  source: Source
  redis: RedisCounters
  plan: Plan
}

/** Fills that a contestant does not wait for are done after so long. */
const settleMs = 50

/** Puts `keys` into the cache, and makes sure that they stay. */
export async function fill(session: Session, keys: string[]): Promise<void> {
  await readAll(session, keys)
  await hits(session, keys)
}

/** Reads `keys`, 32 at a time. */
export async function readAll({ cache }: Session, keys: string[]): Promise<void> {
  const rest = keys.values()
  const reader = async () => {
    for (const key of rest) await cache.get(key)
  }
  await Promise.all(Array.from({ length: 32 }, reader))
}

/** Throws when reading `keys` again loads anything. Answers how often Redis was asked meanwhile. */
export async function hits(session: Session, keys: string[]): Promise<number> {
  await sleep(settleMs)
  const [loads, lookups] = [session.source.loads(), await session.redis.lookups()]
  await readAll(session, keys)
  const again = session.source.loads() - loads
  if (again > 0) throw new Error(`${again} of ${keys.length} entries were not kept`)
  return (await session.redis.lookups()) - lookups
}
