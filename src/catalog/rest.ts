/** The catalog's main reads as plain REST. */
import { type Request, type Response, Router } from 'express'
import { json, queryInput } from '../platform/rest.ts'
import type { createCatalogRouter } from './router.ts'

type CatalogCaller = ReturnType<ReturnType<typeof createCatalogRouter>['createCaller']>

/** `callerFor` gives the procedures for one request. */
export function catalogRoutes(callerFor: (request: Request, response: Response) => CatalogCaller): Router {
  const routes = Router()
  routes.get(
    '/products',
    json((request, response) => callerFor(request, response).product.list(listInput(request) as never)),
  )
  routes.get(
    '/facets',
    json((request, response) => callerFor(request, response).product.facets(listInput(request) as never)),
  )
  routes.get(
    '/suggest',
    json((request, response) => callerFor(request, response).product.suggest(queryInput(request, ['limit']) as never)),
  )
  routes.get(
    '/products/:slug',
    json((request, response) => callerFor(request, response).product.bySlug({ slug: String(request.params.slug) })),
  )
  routes.get(
    '/categories',
    json((request, response) => callerFor(request, response).category.tree()),
  )
  routes.get(
    '/categories/:slug',
    json((request, response) => callerFor(request, response).category.bySlug({ slug: String(request.params.slug) })),
  )
  return routes
}

/** `facet.colour=red,blue` and `inStock=true` beside what `queryInput` knows. */
function listInput(request: Request): Record<string, unknown> {
  const entries = Object.entries(queryInput(request, ['priceMin', 'priceMax', 'limit']))
  const prefix = 'facet.'
  const facets = entries
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [name.slice(prefix.length), [value].flat().flatMap((codes) => String(codes).split(','))])
  const rest = entries
    .filter(([name]) => !name.startsWith(prefix))
    .map(([name, value]) => [name, name === 'inStock' ? (booleans.get(value) ?? value) : value])
  return { ...Object.fromEntries(rest), ...(facets.length > 0 && { facets: Object.fromEntries(facets) }) }
}

const booleans = new Map<unknown, boolean>([
  ['true', true],
  ['false', false],
])
