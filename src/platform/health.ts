/** /livez: the process runs. /readyz: it should get traffic. Redis is reported, but not required. */
import { Router } from 'express'

export interface HealthChecks {
  /** Rejects when there is no Postgres. */
  database(): Promise<void>
  cacheIsUp(): boolean
  draining(): boolean
}

export function healthRoutes({ database, cacheIsUp, draining }: HealthChecks): Router {
  const routes = Router()
  routes.get('/livez', (_request, response) => {
    response.json({ status: 'ok' })
  })
  routes.get('/readyz', async (_request, response) => {
    const postgres = await database().then(
      () => 'ok',
      () => 'unavailable',
    )
    const redis = cacheIsUp() ? 'ok' : 'unavailable'
    const ready = postgres === 'ok' && !draining()
    const status = draining() ? 'draining' : !ready ? 'unavailable' : redis === 'ok' ? 'ok' : 'degraded'
    response.status(ready ? 200 : 503).json({ status, postgres, redis })
  })
  return routes
}
