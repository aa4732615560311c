/** Calling loads: measured, bounded in time and in number, and held to their contract. */
import type { Clock } from '../clock.ts'
import { LoadTimeoutError, OverloadedError, UndefinedValueError } from '../errors.ts'
import type { CacheEvents } from '../events.ts'

export interface LoadContext {
  /** Fires when the answer comes too late to be of use. */
  signal: AbortSignal
}

export interface Loads {
  /**
   * Runs `load` and reports it. Rejects with what it rejects with, with LoadTimeoutError after `timeoutMs`, with
   * UndefinedValueError when it answers undefined, and with OverloadedError at once when too many run already: with
   * Redis away or empty, the source must not be asked by everybody at the same time.
   * `keys`: how many it answers. Default 1.
   */
  run<T>(
    cache: string,
    timeoutMs: number,
    load: (context: LoadContext) => Promise<T>,
    keys?: number,
  ): Promise<Loaded<T>>
}

export interface Loaded<T> {
  value: T
  durationMs: number
}

/** Beyond 2^31 − 1 ms (24.8 days) a timer fires at once. */
const longestTimer = 2 ** 31 - 1

export function createLoads({ clock, events, limit }: { clock: Clock; events: CacheEvents; limit: number }): Loads {
  let running = 0
  return {
    run: async (cache, timeoutMs, load, keys = 1) => {
      if (running >= limit) {
        events.emit({ type: 'overloaded', cache })
        throw new OverloadedError(cache, limit)
      }
      running++
      const started = clock.now()
      const elapsed = () => clock.now() - started
      const report = (outcome: 'found' | 'missing' | 'error') =>
        events.emit({ type: 'load', cache, outcome, durationMs: elapsed(), keys })
      let late: AbortController | undefined
      const context: LoadContext = {
        get signal() {
          late ??= new AbortController() // not made for the many loads that never look at it
          return late.signal
        },
      }
      const timeout = Promise.withResolvers<never>()
      const timer = setTimeout(
        () => {
          const error = new LoadTimeoutError(cache, timeoutMs)
          timeout.reject(error)
          late?.abort(error)
        },
        Math.min(timeoutMs, longestTimer),
      )
      try {
        // A load may throw before it has a promise to give: that, too, ends in the catch below.
        const loading = load(context)
        const value = await Promise.race([loading, timeout.promise])
        if (value === undefined) throw new UndefinedValueError(cache)
        report(value === null ? 'missing' : 'found')
        return { value, durationMs: elapsed() }
      } catch (error) {
        report('error')
        throw error
      } finally {
        clearTimeout(timer)
        running--
      }
    },
  }
}
