/** The engine takes the time from a Clock, so that tests can control it. */
export interface Clock {
  /** Returns milliseconds since the epoch, with a fraction. */
  now(): number
}

const origin = performance.timeOrigin // read once: it is a getter, and every near hit reads the clock

export const systemClock: Clock = { now: () => origin + performance.now() }
