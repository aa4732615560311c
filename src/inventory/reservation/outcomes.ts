/** What becomes of reservations, counted. */
import type { Metrics } from '../../platform/metrics.ts'

export type Outcome =
  | 'reserved'
  | 'repeated'
  | 'out_of_stock'
  | 'not_found'
  | 'conflict'
  | 'overloaded'
  | 'failed'
  | 'extended'
  | 'committed'
  | 'released'
  | 'expired'

export type Count = (outcome: Outcome, by?: number) => void

export function createOutcomes(metrics: Metrics): Count {
  const counter = metrics.counter('inventory_reservations_total', 'What was asked of reservations, and came of it.', [
    'outcome',
  ])
  return (outcome, by = 1) => counter.inc({ outcome }, by)
}
