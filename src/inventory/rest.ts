/** Stock in REST, reservations included. */
import type { ProcedureName, RestTable } from '../platform/rest/route.ts'
import { variantNotFound } from './errors.ts'
import { reservationRest } from './reservation/rest.ts'
import type { createInventoryRouter } from './router.ts'

export const inventoryRest: RestTable<ProcedureName<ReturnType<typeof createInventoryRouter>>> = {
  about: 'What can be bought, and reserving it. For anyone: who knows the id of a reservation may end it.',
  routes: [
    {
      method: 'get',
      path: '/inventory/{variantId}',
      procedure: 'availabilityOf',
      summary: 'Read what can be bought of a variant',
      description: 'Advice from a cache: what may be sold is decided by a reservation.',
      errors: [variantNotFound()],
      example: { variantId: '0192e505-9000-7006-910d-2d1800159c37' },
    },
    ...reservationRest,
  ],
}
