/**
 * A circuit breaker: after a run of failures nobody asks any more; after a pause one caller does, and by how that
 * goes it closes or stays open for another pause (Nygard, Release It!, 2007). Synchronous: it sits on the hot path.
 */
import type { Clock } from '../clock.ts'
import type { BreakerState } from '../events.ts'

export interface Breaker {
  state(): BreakerState
  /** Whether to ask now. Who is allowed to must report how it went. */
  allows(): boolean
  succeeded(): void
  failed(): void
}

export interface BreakerOptions {
  /** Failures in a row that open it. */
  threshold: number
  /** The pause, in ms. */
  openMs: number
  clock: Clock
  onChange(state: BreakerState): void
}

export function createBreaker({ threshold, openMs, clock, onChange }: BreakerOptions): Breaker {
  let state: BreakerState = 'closed'
  let failures = 0
  let probeAt = 0
  const become = (next: BreakerState) => {
    state = next
    onChange(next)
  }
  return {
    state: () => state,
    allows: () => {
      if (state === 'closed') return true
      if (state === 'half-open' || clock.now() < probeAt) return false
      become('half-open')
      return true
    },
    succeeded: () => {
      failures = 0
      if (state === 'half-open') become('closed')
    },
    failed: () => {
      failures++
      if (state === 'half-open' || (state === 'closed' && failures >= threshold)) {
        probeAt = clock.now() + openMs
        become('open')
      }
    },
  }
}
