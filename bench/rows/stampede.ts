/** A stampede in one process: many callers at once for a key that nobody has. */
import { ratioTo, rounded, withMost } from '../columns.ts'
import { startMeter } from '../meter.ts'
import type { Row } from '../row.ts'
import { median, percentile } from '../stats.ts'

const callers = 500
const loadMs = 100

export const stampede: Row = {
  name: 'stampede',
  title: `Stampede of ${callers} callers in one process`,
  about:
    `${callers} callers ask at once for a key that no cache has; the load takes ${loadMs} ms. Redis, with a memory ` +
    'tier in front where the contestant can. Times are those of the callers; `raw` has no coalescing.',
  tier: 'tiered',
  processes: 1,
  floor: 'raw',
  source: { delayMs: loadMs },
  rounds: { full: 15, quick: 5 },
  warmUps: 3,
  columns: [
    { header: 'loads', figure: 'loads', show: withMost },
    { header: 'p50 ms', figure: 'p50Ms', show: rounded(1) },
    { header: 'p99 ms', figure: 'p99Ms', show: rounded(1) },
    { header: 'p99, worst round', figure: 'p99Ms', show: (values) => rounded(1)([Math.max(...values)]) },
    { header: 'CPU ms', figure: 'cpuMs', show: rounded(1) },
    ratioTo('raw', 'CPU', 'cpuMs'),
  ],
  round: async (session, { id }) => {
    const key = `stampede-${id}-7`
    const stop = await startMeter(session)
    const times = await Promise.all(
      Array.from({ length: callers }, async () => {
        const started = performance.now()
        await session.cache.get(key)
        return performance.now() - started
      }),
    )
    const { loads, cpuUs } = await stop()
    return { loads, p50Ms: median(times), p99Ms: percentile(times, 0.99), cpuMs: cpuUs / 1_000 }
  },
}
