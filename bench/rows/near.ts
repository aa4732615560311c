/** Near hits: the memory tier, one caller, an await for each read. */
import { lookupsColumn, ratioTo, rounded, throughputColumns } from '../columns.ts'
import { startMeter, throughput } from '../meter.ts'
import type { Row, Sample } from '../row.ts'
import { fill, hits, type Session } from '../session.ts'

export const nearKeys = Array.from({ length: 1_000 }, (_, number) => `near-${number}`)

export const near: Row = {
  name: 'near',
  title: 'Near hit',
  about:
    'The memory tier, one caller, `await` for each of 1,000 keys in turn. `raw` is an unbounded Map behind an async ' +
    'function: nothing can be faster. The variants without copies hand the same object to every caller, as raw does.',
  tier: 'near',
  processes: 1,
  floor: 'raw',
  rounds: { full: 25, quick: 5 },
  warmUps: 3,
  columns: [
    ...throughputColumns,
    { header: 'CPU ns/op', figure: 'cpuNs', show: rounded(0) },
    ratioTo('raw', 'CPU', 'cpuNs'),
    lookupsColumn,
  ],
  prepare: prepareNear,
  round: nearRound,
}

/**
 * Redis counts the lookups of everybody: the engine's heartbeat makes four a second, and a busy machine may take a second
 * for a round. A near cache that asks Redis does so for each key.
 */
const maxLookups = 0.05

/** Fills the memory tier, and makes sure that it answers without Redis. */
export async function prepareNear(session: Session): Promise<void> {
  await fill(session, nearKeys)
  const lookups = await hits(session, nearKeys)
  if (lookups > nearKeys.length * maxLookups) throw new Error(`${lookups} of ${nearKeys.length} near hits asked Redis`)
}

export async function nearRound(session: Session): Promise<Sample> {
  const { get } = session.cache
  const stop = await startMeter(session)
  const end = performance.now() + session.plan.roundMs
  let operations = 0
  while (performance.now() < end) {
    for (const key of nearKeys) await get(key)
    operations += nearKeys.length
  }
  const reading = await stop()
  if (reading.loads > 0) throw new Error(`${reading.loads} loads among near hits`)
  if (reading.lookups > operations * maxLookups) throw new Error(`${reading.lookups} near hits asked Redis`)
  const { cpuUs, ...figures } = throughput(operations, reading)
  return { ...figures, nsPerOp: 1e9 / figures.opsPerSecond, cpuNs: cpuUs * 1_000 }
}
