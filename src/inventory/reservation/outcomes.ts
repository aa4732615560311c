/** What becomes of reservations, counted. */
import { metricNames } from '../../platform/metric-names.ts'
import type { Metrics } from '../../platform/metrics.ts'

const outcomes = [
  ...(['reserved', 'repeated', 'out_of_stock', 'not_found', 'conflict', 'overloaded', 'failed'] as const),
  ...(['extended', 'committed', 'released', 'expired'] as const),
]
export type Outcome = (typeof outcomes)[number]

export type Count = (outcome: Outcome, by?: number) => void

export function createOutcomes(metrics: Metrics): Count {
  const counter = metrics.counter(metricNames.reservations, 'What was asked of reservations, and came of it.', [
    'outcome',
  ])
  for (const outcome of outcomes) counter.inc({ outcome }, 0)
  return (outcome, by = 1) => counter.inc({ outcome }, by)
}
