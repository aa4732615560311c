/** Near hits without a promise, for those who have a synchronous read. */
import { ratioTo, rounded, throughputColumns } from '../columns.ts'
import { Unsupported } from '../contestant.ts'
import { startMeter, throughput } from '../meter.ts'
import type { Row } from '../row.ts'
import { nearKeys, prepareNear } from './near.ts'

export const peek: Row = {
  name: 'peek',
  title: 'Near hit, synchronous',
  about: 'As the near hit, by a synchronous read: no promise, no `await`. `raw` is `map.get`.',
  tier: 'near',
  processes: 1,
  floor: 'raw',
  rounds: { full: 25, quick: 5 },
  warmUps: 3,
  columns: [
    ...throughputColumns,
    { header: 'CPU ns/op', figure: 'cpuNs', show: rounded(0) },
    ratioTo('raw', 'CPU', 'cpuNs'),
  ],
  prepare: async (session) => {
    const { peek } = session.cache
    if (!peek) throw new Unsupported('has no synchronous read')
    await prepareNear(session)
    const absent = nearKeys.filter((key) => peek(key) === undefined)
    if (absent.length > 0) throw new Error(`${absent.length} of ${nearKeys.length} entries could not be read`)
  },
  round: async (session) => {
    const { peek } = session.cache
    if (!peek) throw new Unsupported('has no synchronous read')
    const stop = await startMeter(session)
    const end = performance.now() + session.plan.roundMs
    let [operations, found] = [0, 0]
    while (performance.now() < end) {
      for (const key of nearKeys) if (peek(key)) found++
      operations += nearKeys.length
    }
    const reading = await stop()
    if (found < operations) throw new Error(`${operations - found} of ${operations} reads found nothing`)
    const { cpuUs, ...figures } = throughput(operations, reading)
    return { ...figures, cpuNs: cpuUs * 1_000 }
  },
}
