/** Hits that go to Redis: one caller, and 32 at a time. */
import { cpuColumns, lookupsColumn, p99Column, throughputColumns } from '../columns.ts'
import { startMeter, throughput } from '../meter.ts'
import type { Row, Sample } from '../row.ts'
import { fill, hits, type Session } from '../session.ts'
import { percentile } from '../stats.ts'

const keys = Array.from({ length: 1_024 }, (_, number) => `hit-${number}`)

export const redis = redisRow('redis', 'Redis hit, 1 caller', 1)
export const redis32 = redisRow('redis32', 'Redis hit, 32 callers', 32)

function redisRow(name: string, title: string, callers: number): Row {
  return {
    name,
    title,
    about:
      `No memory tier. ${callers === 1 ? 'One caller reads' : `${callers} concurrent callers read`} products of about ` +
      '1 kB, never two the same key at once. `raw` is GET and JSON.parse.',
    tier: 'redis',
    processes: 1,
    floor: 'raw',
    rounds: { full: 25, quick: 5 },
    warmUps: 3,
    columns: [...throughputColumns, p99Column, ...cpuColumns, lookupsColumn],
    prepare: async (session) => {
      await fill(session, keys)
      const lookups = await hits(session, keys)
      if (lookups < keys.length) throw new Error(`only ${lookups} of ${keys.length} hits asked Redis`)
    },
    round: (session) => round(session, callers),
  }
}

async function round(session: Session, callers: number): Promise<Sample> {
  const { get } = session.cache
  const times: number[] = []
  const stop = await startMeter(session)
  const end = performance.now() + session.plan.roundMs
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      let started = performance.now()
      for (let turn = caller; started < end; turn += callers) {
        await get(keys[turn % keys.length] ?? '')
        const now = performance.now()
        times.push(now - started)
        started = now
      }
    }),
  )
  const reading = await stop()
  if (reading.loads > 0) throw new Error(`${reading.loads} loads among hits`)
  if (reading.lookups < times.length) throw new Error(`${times.length} hits asked Redis only ${reading.lookups} times`)
  return { ...throughput(times.length, reading), p99Us: percentile(times, 0.99) * 1_000 }
}
