/** Sessions as plain REST: POST logs in, GET tells who one is, DELETE logs out. */
import express, { type Request, type Response, Router } from 'express'
import { jsonBody } from '../platform/rest.ts'
import type { createSessionRouter } from './router.ts'

type SessionCaller = ReturnType<ReturnType<typeof createSessionRouter>['createCaller']>

/** `callerFor` gives the procedures for one request. */
export function sessionRoutes(callerFor: (request: Request, response: Response) => SessionCaller): Router {
  const routes = Router()
  routes.post('/sessions', jsonBody, express.json({ limit: '16kb' }), async (request, response) => {
    response.status(201).json(await callerFor(request, response).login(request.body))
  })
  routes.get('/sessions/current', async (request, response) => {
    response.json(await callerFor(request, response).me())
  })
  routes.delete('/sessions/current', async (request, response) => {
    response.json(await callerFor(request, response).logout())
  })
  return routes
}
