/** Time comes from outside, so that tests can move it. */
export interface Clock {
  /** Milliseconds since the epoch, with a fraction. */
  now(): number
}

const origin = performance.timeOrigin // a getter, and near hits look at the clock

export const systemClock: Clock = { now: () => origin + performance.now() }
