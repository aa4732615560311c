/** What an entry of the memory tier costs in memory. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ratioTo, rounded } from '../columns.ts'
import type { Row } from '../row.ts'
import { hits, readAll } from '../session.ts'

export const memory: Row = {
  name: 'memory',
  title: 'Memory per near entry',
  about:
    'How much heap and external memory grow, after garbage collection, when the memory tier takes in entries of about ' +
    '1 kB (as JSON), each an object of its own and read twice (some keep what they find in Redis, not what they load). ' +
    'A contestant counts only if all of them are still there afterwards.',
  tier: 'near',
  processes: 1,
  floor: 'raw',
  source: { fresh: true },
  rounds: { full: 1, quick: 1 },
  warmUps: 0,
  columns: [
    { header: 'bytes/entry', figure: 'bytes', show: rounded(0) },
    ratioTo('raw', 'bytes', 'bytes'),
    { header: 'entries', figure: 'entries', show: rounded(0) },
  ],
  prepare: (session) => readAll(session, keys('warm', 2_000)),
  round: async (session) => {
    const { entries } = session.plan
    const before = await settledBytes()
    for (let turn = 0; turn < 2; turn++) await readAll(session, keys('memory', entries))
    const bytes = (await settledBytes()) - before
    const sample = keys('memory', entries).filter((_, index) => index % 100 === 0)
    const lookups = await hits(session, sample)
    if (lookups > sample.length * 0.05) throw new Error(`${lookups} of ${sample.length} entries were not in memory`) // see near.ts
    await session.redis.flush()
    return { bytes: bytes / entries, entries }
  },
}

function keys(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, number) => `${name}-${number}`)
}

async function settledBytes(): Promise<number> {
  if (!globalThis.gc) throw new Error('This needs node --expose-gc.')
  for (let turn = 0; turn < 3; turn++) {
    await sleep(100)
    globalThis.gc()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
