/** Reservations in REST: POST to make one, and to extend, commit and release it; DELETE releases it, too. */
import type { RestRoute } from '../../platform/rest/route.ts'
import * as errors from './errors.ts'

const example = { id: '0192f3c4-5d6e-7a8b-9c0d-1e2f3a4b5c6d' }
const missing = errors.reservationNotFound()
const over = [errors.reservationExpired(), errors.reservationCommitted(), errors.reservationReleased()]

type Name = `reservation.${'create' | 'byId' | 'extend' | 'commit' | 'release'}`

export const reservationRest: RestRoute<Name>[] = [
  {
    method: 'post',
    path: '/reservations',
    procedure: 'reservation.create',
    summary: 'Reserve',
    description:
      'All of the lines, or nothing. Asked again with the same `idempotencyKey`, the answer is the same reservation.',
    status: 201,
    errors: [errors.variantNotFound([]), errors.locationNotFound([]), errors.outOfStock([]), errors.keyReused()],
    example: {
      lines: [{ variantId: '0192e505-9000-7006-910d-2d1800159c37', quantity: 2 }],
      ttlSeconds: 600,
      idempotencyKey: 'cart-17',
    },
  },
  {
    method: 'get',
    path: '/reservations/{id}',
    procedure: 'reservation.byId',
    summary: 'Read a reservation',
    errors: [missing],
    example,
  },
  {
    method: 'delete',
    path: '/reservations/{id}',
    procedure: 'reservation.release',
    operationId: 'inventoryReservationDelete',
    summary: 'Release a reservation',
    description: 'Gives back what was reserved. The same as POST …/release.',
    errors: [missing, ...over],
    example,
  },
  {
    method: 'post',
    path: '/reservations/{id}/extend',
    procedure: 'reservation.extend',
    summary: 'Keep a reservation longer',
    description: 'For `ttlSeconds` from now on, never shorter than before; for two hours in all.',
    errors: [missing, ...over, errors.extendTooLong(2)],
    example: { ...example, ttlSeconds: 600 },
  },
  {
    method: 'post',
    path: '/reservations/{id}/commit',
    procedure: 'reservation.commit',
    summary: 'Commit a reservation',
    description: 'Takes what was reserved: it has left the stock.',
    errors: [missing, ...over, errors.stockNotIn()],
    example,
  },
  {
    method: 'post',
    path: '/reservations/{id}/release',
    procedure: 'reservation.release',
    summary: 'Release a reservation',
    description: 'Gives back what was reserved.',
    errors: [missing, ...over],
    example,
  },
]
