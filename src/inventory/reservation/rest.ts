/** Reservations as plain REST: POST to make one, and to extend, commit and release it. */
import express, { type Request, type Response, Router } from 'express'
import { json, jsonBody } from '../../platform/rest.ts'
import type { createReservationRouter } from './router.ts'

type ReservationCaller = ReturnType<ReturnType<typeof createReservationRouter>['createCaller']>

/** `callerFor` gives the procedures for one request. */
export function reservationRoutes(callerFor: (request: Request, response: Response) => ReservationCaller): Router {
  const routes = Router()
  routes.post('/reservations{/*rest}', jsonBody, express.json({ limit: '64kb' }))
  const idOf = ({ params }: Request) => String(params.id)
  routes.post('/reservations', async (request, response) => {
    response.status(201).json(await callerFor(request, response).create(request.body))
  })
  routes.get(
    '/reservations/:id',
    json((request, response) => callerFor(request, response).byId({ id: idOf(request) })),
  )
  routes.post(
    '/reservations/:id/extend',
    json((request, response) => callerFor(request, response).extend({ ...request.body, id: idOf(request) })),
  )
  routes.post(
    '/reservations/:id/commit',
    json((request, response) => callerFor(request, response).commit({ id: idOf(request) })),
  )
  routes.post(
    '/reservations/:id/release',
    json((request, response) => callerFor(request, response).release({ id: idOf(request) })),
  )
  return routes
}
