/** Opening a contestant for a row: nothing is measured of one that does not answer what its source did. */
import { deepStrictEqual } from 'node:assert'
import { contestantNamed } from './contestants.ts'
import { productOf } from './product.ts'
import { openCounters } from './redis-counters.ts'
import type { Row } from './row.ts'
import { hits, type Plan, type Session } from './session.ts'
import { createSource } from './source.ts'

/** Rejects when the contestant cannot do the row's work, or does not answer what its source did. */
export async function openSession(row: Row, contestant: string, redisUrl: string, plan: Plan): Promise<Session> {
  const source = createSource(row.source)
  const setup = { tier: row.tier, redisUrl, load: source.load, maxEntries: 200_000 }
  const cache = await contestantNamed(contestant).open(setup)
  const session = { cache, source, redis: openCounters(redisUrl), plan }
  const key = `check-${process.pid % 1_000}`
  deepStrictEqual(await cache.get(key), productOf(key), 'the first answer is not the loaded product')
  await hits(session, [key])
  deepStrictEqual(await cache.get(key), productOf(key), 'the cached answer is not the loaded product')
  await row.prepare?.(session)
  return session
}
