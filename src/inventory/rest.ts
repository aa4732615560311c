/** What can be bought of a variant, as plain REST. */
import { TRPCError } from '@trpc/server'
import { type Request, type Response, Router } from 'express'
import { json } from '../platform/rest.ts'
import { variantNotFound } from './errors.ts'
import type { createInventoryRouter } from './router.ts'

type InventoryCaller = ReturnType<ReturnType<typeof createInventoryRouter>['createCaller']>

/** `callerFor` gives the procedures for one request. */
export function inventoryRoutes(callerFor: (request: Request, response: Response) => InventoryCaller): Router {
  const routes = Router()
  routes.get(
    '/inventory/:variantId',
    json(async (request, response) => {
      const [found] = await callerFor(request, response).availability({ variantIds: [String(request.params.variantId)] })
      if (found) return found
      const cause = variantNotFound()
      throw new TRPCError({ code: cause.code, message: cause.message, cause })
    }),
  )
  return routes
}
