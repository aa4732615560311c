/** Reservations as plain REST: POST to make one, and to extend, commit and release it. */
import { TRPCError } from '@trpc/server'
import express, { type Request, type RequestHandler, Router } from 'express'
import { json } from '../../platform/rest.ts'
import type { createReservationRouter } from './router.ts'

type ReservationCaller = ReturnType<ReturnType<typeof createReservationRouter>['createCaller']>

/** Any page may post a form or text, with the cookies of whoever looks at it; JSON it may not. */
const jsonBody: RequestHandler = (request, _response, next) => {
  if (/^application\/json *(;|$)/i.test(request.headers['content-type'] ?? '')) return next()
  throw new TRPCError({
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'Send JSON, with the content-type application/json',
  })
}

/** `callerFor` gives the procedures for one request. */
export function reservationRoutes(callerFor: (request: Request) => ReservationCaller): Router {
  const routes = Router()
  routes.post('/reservations{/*rest}', jsonBody, express.json({ limit: '64kb' }))
  const idOf = ({ params }: Request) => String(params.id)
  routes.post('/reservations', async (request, response) => {
    response.status(201).json(await callerFor(request).create(request.body))
  })
  routes.get(
    '/reservations/:id',
    json((request) => callerFor(request).byId({ id: idOf(request) })),
  )
  routes.post(
    '/reservations/:id/extend',
    json((request) => callerFor(request).extend({ ...request.body, id: idOf(request) })),
  )
  routes.post(
    '/reservations/:id/commit',
    json((request) => callerFor(request).commit({ id: idOf(request) })),
  )
  routes.post(
    '/reservations/:id/release',
    json((request) => callerFor(request).release({ id: idOf(request) })),
  )
  return routes
}
