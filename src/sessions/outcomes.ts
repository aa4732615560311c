/** What comes of logins, counted; each from 0 on. */
import type { Metrics } from '../platform/metrics.ts'

const outcomes = ['ok', 'refused', 'limited', 'overloaded'] as const

export type CountLogin = (outcome: (typeof outcomes)[number]) => void

export function createLoginCount(metrics: Metrics): CountLogin {
  const counter = metrics.counter('session_logins_total', 'Attempts to log in, and what came of them.', ['outcome'])
  for (const outcome of outcomes) counter.inc({ outcome }, 0)
  return (outcome) => counter.inc({ outcome })
}
