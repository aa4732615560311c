/**
 * Says no while it is cheap: a process that is late already (its event loop does not come round), or has too many
 * requests under way, answers 503 with Retry-After before anything else is done. Waiting in a long queue would help
 * nobody: the caller has given up when it is their turn, and the work is done all the same.
 */
import { randomUUID } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Handler } from './front.ts'
import { metricNames } from './metric-names.ts'
import type { Metrics } from './metrics.ts'
import { refuse } from './refuse.ts'

export interface OverloadOptions {
  /** Requests that are not answered yet. */
  maxInFlight: number
  /** By how much the event loop may be late, in ms. */
  maxEventLoopDelayMs: number
  metrics: Metrics
}

export interface OverloadGuard {
  guard: Handler
  close(): void
}

/** How often it is looked at, in ms, and so for how long a verdict holds. */
const every = 100
const resolution = 10

export function createOverloadGuard({ maxInFlight, maxEventLoopDelayMs, metrics }: OverloadOptions): OverloadGuard {
  const shed = metrics.counter(metricNames.requestsShed, 'Requests that were refused because of overload.', ['reason'])
  for (const reason of ['in_flight', 'event_loop'] as const) shed.inc({ reason }, 0)
  let inFlight = 0
  let lateMs = 0
  metrics.gauge(metricNames.requestsInFlight, 'Requests that are not answered yet.', [], (gauge) => gauge.set(inFlight))
  metrics.gauge(metricNames.eventLoopDelay, 'By how much the event loop was late at most, of late.', [], (gauge) =>
    gauge.set(lateMs / 1_000),
  )

  const delays = monitorEventLoopDelay({ resolution })
  delays.enable()
  // After a block, timers run before sockets are read: who waited meanwhile meets the verdict.
  const sample = setInterval(() => {
    lateMs = Math.max(delays.max / 1e6 - resolution, 0)
    delays.reset()
  }, every).unref()

  const done = () => void inFlight--
  return {
    guard: (request, response, next) => {
      const reason = inFlight >= maxInFlight ? 'in_flight' : lateMs > maxEventLoopDelayMs ? 'event_loop' : undefined
      if (reason) {
        shed.inc({ reason })
        request.id = randomUUID()
        response.setHeader('Retry-After', '1')
        response.setHeader('X-Request-Id', request.id)
        return refuse(
          request,
          response,
          'SERVICE_UNAVAILABLE',
          'Too busy to answer: try again in a moment',
          'OVERLOADED',
        )
      }
      inFlight++
      response.on('close', done) // comes once
      next()
    },
    close: () => {
      clearInterval(sample)
      delays.disable()
    },
  }
}
