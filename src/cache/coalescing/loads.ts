/**
 * Runs the loads of all caches: limits their number and their duration, measures them, and checks that they return a
 * value or `null`. It knows nothing of Redis.
 */
import type { Clock } from '../clock.ts'
import { LoadTimeoutError, OverloadedError, UndefinedValueError } from '../errors.ts'
import type { CacheEvents } from '../events.ts'

export interface LoadContext {
  /** Aborted when the load has timed out. */
  signal: AbortSignal
}

export interface Loads {
  /**
   * Runs `load` and emits a `load` event. `keys`: the number of keys it loads (default 1). Rejects with the load's own
   * error; with LoadTimeoutError after `timeoutMs`; with UndefinedValueError if it resolves `undefined`; and at once
   * with OverloadedError if the maximum number of loads is running: with Redis unavailable or empty, not every read may
   * reach the source at the same time.
   */
  run<T>(
    cache: string,
    timeoutMs: number,
    load: (context: LoadContext) => Promise<T>,
    keys?: number,
  ): Promise<LoadResult<T>>
}

export interface LoadResult<T> {
  value: T
  durationMs: number
}

/** A timer set for longer (24.8 days) fires at once, ms. */
const maxTimerMs = 2 ** 31 - 1

export function createLoads({
  clock,
  events,
  maxLoads,
}: {
  clock: Clock
  events: CacheEvents
  maxLoads: number
}): Loads {
  let running = 0
  return {
    run: async (cache, timeoutMs, load, keys = 1) => {
      if (running >= maxLoads) {
        events.emit({ type: 'overloaded', cache })
        throw new OverloadedError(cache, maxLoads)
      }
      running++
      const startedAt = clock.now()
      const elapsedMs = () => clock.now() - startedAt
      const report = (outcome: 'found' | 'missing' | 'error') =>
        events.emit({ type: 'load', cache, outcome, durationMs: elapsedMs(), keys })
      let controller: AbortController | undefined
      const context: LoadContext = {
        get signal() {
          controller ??= new AbortController() // created on demand: most loads never read the signal
          return controller.signal
        },
      }
      const timeout = Promise.withResolvers<never>()
      const timer = setTimeout(
        () => {
          const error = new LoadTimeoutError(cache, timeoutMs)
          timeout.reject(error)
          controller?.abort(error)
        },
        Math.min(timeoutMs, maxTimerMs),
      )
      try {
        // Inside the try block: a load may also throw synchronously.
        const loading = load(context)
        const value = await Promise.race([loading, timeout.promise])
        if (value === undefined) throw new UndefinedValueError(cache)
        report(value === null ? 'missing' : 'found')
        return { value, durationMs: elapsedMs() }
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
