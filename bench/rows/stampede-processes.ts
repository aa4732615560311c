/** A stampede across processes: each has callers for a key that nobody has. */
import { setTimeout as sleep } from 'node:timers/promises'
import { rounded, withMost } from '../columns.ts'
import { startMeter } from '../meter.ts'
import { monotonicMs, type Row } from '../row.ts'

const processes = 4
const callers = 100
const loadMs = 200

export const stampedeProcesses: Row = {
  name: 'processes',
  title: `Stampede of ${processes} processes with ${callers} callers each`,
  about:
    `The processes start at the same moment and ask for a key that no cache has; the load takes ${loadMs} ms. Loads ` +
    'are those of all processes; the last waiter is the caller who got its answer last, counted from the common start.',
  tier: 'tiered',
  processes,
  floor: 'raw',
  source: { delayMs: loadMs },
  rounds: { full: 9, quick: 3 },
  warmUps: 3,
  columns: [
    { header: 'loads', figure: 'loads', show: withMost },
    { header: 'last waiter ms', figure: 'lastMs', show: rounded(1) },
    { header: 'worst round ms', figure: 'lastMs', show: (values) => rounded(1)([Math.max(...values)]) },
    { header: 'first answer ms', figure: 'firstMs', show: rounded(1) },
    { header: 'CPU ms, all processes', figure: 'cpuMs', show: rounded(1) },
  ],
  round: async (session, { id, startAtMs }) => {
    const key = `processes-${id}-7`
    const stop = await startMeter(session)
    const lead = startAtMs - monotonicMs()
    if (lead < 0) throw new Error(`this process was ${-lead} ms late for the common start`)
    await sleep(lead)
    const times = await Promise.all(
      Array.from({ length: callers }, async () => {
        await session.cache.get(key)
        return monotonicMs() - startAtMs
      }),
    )
    const { loads, cpuUs } = await stop()
    return { loads, firstMs: Math.min(...times), lastMs: Math.max(...times), cpuMs: cpuUs / 1_000 }
  },
  merge: (samples) => {
    const all = (figure: string) => samples.map((sample) => sample[figure] ?? Number.NaN)
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
    return {
      loads: sum(all('loads')),
      firstMs: Math.min(...all('firstMs')),
      lastMs: Math.max(...all('lastMs')),
      cpuMs: sum(all('cpuMs')),
    }
  },
}
