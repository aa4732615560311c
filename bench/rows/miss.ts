/** Misses: every key new, so every read asks Redis, loads and stores. */
import { setTimeout as sleep } from 'node:timers/promises'
import { cpuColumns, lookupsColumn, p99Column, throughputColumns } from '../columns.ts'
import { startMeter, throughput } from '../meter.ts'
import type { RedisCounters } from '../redis-counters.ts'
import type { Row } from '../row.ts'
import { percentile } from '../stats.ts'

export const miss: Row = {
  name: 'miss',
  title: 'Miss and load',
  about:
    'No memory tier, one caller, every key new; the load is a resolved promise. `raw` is GET, JSON.stringify and SET. ' +
    'A round counts only if everything it loaded is in Redis afterwards.',
  tier: 'redis',
  processes: 1,
  floor: 'raw',
  rounds: { full: 25, quick: 5 },
  warmUps: 3,
  columns: [...throughputColumns, p99Column, ...cpuColumns, lookupsColumn],
  round: async (session, { id }) => {
    const { cache, redis, plan } = session
    await redis.flush()
    const times: number[] = []
    const stop = await startMeter(session)
    let started = performance.now()
    const end = started + plan.roundMs
    while (started < end) {
      await cache.get(`miss-${id}-${times.length}`)
      const now = performance.now()
      times.push(now - started)
      started = now
    }
    const reading = await stop()
    if (reading.loads !== times.length) throw new Error(`${reading.loads} loads for ${times.length} misses`)
    await stored(redis, times.length)
    await redis.flush()
    return { ...throughput(times.length, reading), p99Us: percentile(times, 0.99) * 1_000 }
  },
}

/** A contestant may answer before it has stored; it has a second to do so. */
async function stored(redis: RedisCounters, entries: number): Promise<void> {
  const end = performance.now() + 1_000
  while ((await redis.keys()) < entries) {
    if (performance.now() > end) throw new Error(`only ${await redis.keys()} of ${entries} entries were stored`)
    await sleep(20)
  }
}
