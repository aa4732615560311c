/** The catalog's main reads as plain REST. */
import { type Request, Router } from 'express'
import { json, queryInput } from '../platform/rest.ts'
import type { createCatalogRouter } from './router.ts'

type CatalogCaller = ReturnType<ReturnType<typeof createCatalogRouter>['createCaller']>

/** `callerFor` gives the procedures for one request. */
export function catalogRoutes(callerFor: (request: Request) => CatalogCaller): Router {
  const routes = Router()
  const numbers = ['priceMin', 'priceMax', 'limit']
  routes.get(
    '/products',
    json((request) => callerFor(request).product.list(queryInput(request, numbers) as never)),
  )
  routes.get(
    '/products/:slug',
    json((request) => callerFor(request).product.bySlug({ slug: String(request.params.slug) })),
  )
  routes.get(
    '/categories',
    json((request) => callerFor(request).category.tree()),
  )
  routes.get(
    '/categories/:slug',
    json((request) => callerFor(request).category.bySlug({ slug: String(request.params.slug) })),
  )
  return routes
}
