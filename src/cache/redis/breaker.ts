/**
 * A circuit breaker (Nygard, Release It!, 2007): after several failures in a row it opens and no caller asks any more;
 * after a pause one caller probes, and its result closes the breaker or opens it for another pause. Synchronous, as it
 * is on the hot path. It does not know what is called.
 */
import type { Clock } from '../clock.ts'
import type { BreakerState } from '../events.ts'

export interface Breaker {
  state(): BreakerState
  /** Returns whether the caller may ask now. If true, the caller must record a success or a failure. */
  tryAcquire(): boolean
  recordSuccess(): void
  recordFailure(): void
}

export interface BreakerOptions {
  /** Failures in a row that open it. */
  threshold: number
  /** How long it stays open before a probe, ms. */
  openMs: number
  clock: Clock
  onChange(state: BreakerState): void
}

export function createBreaker({ threshold, openMs, clock, onChange }: BreakerOptions): Breaker {
  let state: BreakerState = 'closed'
  let failures = 0
  let probeAt = 0
  const setState = (next: BreakerState) => {
    state = next
    onChange(next)
  }
  return {
    state: () => state,
    tryAcquire: () => {
      if (state === 'closed') return true
      if (state === 'half-open' || clock.now() < probeAt) return false
      setState('half-open')
      return true
    },
    recordSuccess: () => {
      failures = 0
      if (state === 'half-open') setState('closed')
    },
    recordFailure: () => {
      failures++
      if (state === 'half-open' || (state === 'closed' && failures >= threshold)) {
        probeAt = clock.now() + openMs
        setState('open')
      }
    },
  }
}
