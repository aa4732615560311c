/** A profile as plain REST. */
import { type Request, type Response, Router } from 'express'
import { json } from '../platform/rest.ts'
import type { createProfileRouter } from './router.ts'

type ProfileCaller = ReturnType<ReturnType<typeof createProfileRouter>['createCaller']>

/** `callerFor` gives the procedures for one request. */
export function profileRoutes(callerFor: (request: Request, response: Response) => ProfileCaller): Router {
  const routes = Router()
  routes.get(
    '/users/:id',
    json((request, response) => callerFor(request, response).get({ userId: String(request.params.id) })),
  )
  return routes
}
