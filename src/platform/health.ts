/**
 * What tells how the process is: /livez: it runs; /readyz: it should get traffic; /metrics. Redis is reported, but not
 * required. Answered before anything that may refuse a request.
 */
import type { ServerResponse } from 'node:http'
import { sendJson } from './answers/send.ts'
import { type Handler, pathOf } from './front.ts'
import type { Metrics } from './metrics.ts'

export interface HealthChecks {
  /** Rejects when there is no Postgres. */
  database(): Promise<void>
  /** Rejects when Redis does not answer: a connection alone says little, a hung server keeps it. */
  redis(): Promise<unknown>
  draining(): boolean
  metrics: Pick<Metrics, 'text' | 'contentType'>
}

export function healthRoutes({ database, redis: pingRedis, draining, metrics }: HealthChecks): Handler {
  const routes: Record<string, (response: ServerResponse) => void | Promise<void>> = {
    '/livez': (response) => sendJson(response, 200, { status: 'ok' }),
    '/readyz': async (response) => {
      const [postgres, redis] = await Promise.all([state(database()), state(pingRedis())])
      const ready = postgres === 'ok' && !draining()
      const status = draining() ? 'draining' : !ready ? 'unavailable' : redis === 'ok' ? 'ok' : 'degraded'
      sendJson(response, ready ? 200 : 503, { status, postgres, redis })
    },
    '/metrics': async (response) => {
      const text = await metrics.text()
      response.setHeader('Content-Type', metrics.contentType)
      response.end(text)
    },
  }
  return ({ method, url = '' }, response, next) => {
    const route = method === 'GET' || method === 'HEAD' ? routes[pathOf(url)] : undefined
    if (!route) return next()
    Promise.resolve(route(response)).catch(next)
  }
}

function state(answer: Promise<unknown>): Promise<'ok' | 'unavailable'> {
  return answer.then(
    () => 'ok',
    () => 'unavailable',
  )
}
