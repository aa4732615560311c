/** Time that stands still unless it is told to pass: for the engine's clock and all its timers. */
import fakeTimers from '@sinonjs/fake-timers'

export interface Clock {
  /** Milliseconds. */
  now(): number
  /** Lets time pass: timers that are due fire once, as after a pause of the whole process. */
  pass(ms: number): Promise<void>
  /** Timers that are set. */
  timers(): number
  /** Forgets all timers. */
  reset(): void
  /** Gives this process its own timers back. */
  uninstall(): void
}

const realImmediate = globalThis.setImmediate

/** Resolves when nothing can go on by itself any more: what is left waits for a step. */
export const quiet = () => new Promise<void>((resolve) => realImmediate(resolve))

/** There can be one at a time. */
export function installClock(): Clock {
  const start = Date.UTC(2026, 0, 1)
  const fake = fakeTimers.install({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
    now: start,
  })
  let now = start
  return {
    now: () => now,
    pass: async (ms) => {
      now += ms
      fake.jump(ms)
      await quiet()
    },
    timers: () => fake.countTimers(),
    reset: () => {
      fake.reset()
      now = start
    },
    uninstall: () => fake.uninstall(),
  }
}
