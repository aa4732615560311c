/** Time comes from outside, so that tests can move it. */
export interface Clock {
  /** Milliseconds since the epoch, with a fraction. */
  now(): number
}

export const systemClock: Clock = { now: () => performance.timeOrigin + performance.now() }
