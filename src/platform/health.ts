/** /livez: the process runs. /readyz: it should get traffic. Redis is reported, but not required. */
import { Router } from 'express'

export interface HealthChecks {
  /** Rejects when there is no Postgres. */
  database(): Promise<void>
  /** Rejects when Redis does not answer: a connection alone says little, a hung server keeps it. */
  redis(): Promise<unknown>
  draining(): boolean
}

export function healthRoutes({ database, redis: pingRedis, draining }: HealthChecks): Router {
  const routes = Router()
  routes.get('/livez', (_request, response) => {
    response.json({ status: 'ok' })
  })
  routes.get('/readyz', async (_request, response) => {
    const [postgres, redis] = await Promise.all([state(database()), state(pingRedis())])
    const ready = postgres === 'ok' && !draining()
    const status = draining() ? 'draining' : !ready ? 'unavailable' : redis === 'ok' ? 'ok' : 'degraded'
    response.status(ready ? 200 : 503).json({ status, postgres, redis })
  })
  return routes
}

function state(answer: Promise<unknown>): Promise<'ok' | 'unavailable'> {
  return answer.then(
    () => 'ok',
    () => 'unavailable',
  )
}
