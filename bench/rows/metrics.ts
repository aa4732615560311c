/** What the application's metrics cost on the fastest path there is. */
import { ratioTo, rounded } from '../columns.ts'
import type { Row } from '../row.ts'
import { nearRound, prepareNear } from './near.ts'

export const metrics: Row = {
  name: 'metrics',
  title: 'Event and metric cost on a near hit',
  about:
    'The engine alone, and with what the application attaches to its events: the metrics of ' +
    '`src/platform/cache-metrics.ts` and a silent log. Nothing scrapes.',
  tier: 'near',
  processes: 1,
  floor: 'engine',
  families: ['engine'],
  rounds: { full: 51, quick: 5 },
  warmUps: 3,
  columns: [
    { header: 'ns/op', figure: 'nsPerOp', show: rounded(0) },
    ratioTo('engine', 'time', 'nsPerOp'),
    { header: 'CPU ns/op', figure: 'cpuNs', show: rounded(0) },
    ratioTo('engine', 'CPU', 'cpuNs'),
  ],
  prepare: prepareNear,
  round: nearRound,
}
