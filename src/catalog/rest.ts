/** The catalog's main reads as plain REST. */
import { type Request, Router } from 'express'
import { queryInput, sharedJson } from '../platform/rest.ts'
import type { createCatalogRouter } from './router.ts'

type CatalogCaller = ReturnType<ReturnType<typeof createCatalogRouter>['createCaller']>

/** `callerFor` gives the procedures for one request. */
export function catalogRoutes(callerFor: (request: Request) => CatalogCaller): Router {
  const routes = Router()
  routes.get(
    '/products',
    sharedJson((request) => callerFor(request).product.list(listInput(request) as never)),
  )
  routes.get(
    '/facets',
    sharedJson((request) => callerFor(request).product.facets(listInput(request) as never)),
  )
  routes.get(
    '/suggest',
    sharedJson((request) => callerFor(request).product.suggest(queryInput(request, ['limit']) as never)),
  )
  routes.get(
    '/products/:slug',
    sharedJson((request) => callerFor(request).product.bySlug({ slug: String(request.params.slug) })),
  )
  routes.get(
    '/categories',
    sharedJson((request) => callerFor(request).category.tree()),
  )
  routes.get(
    '/categories/:slug',
    sharedJson((request) => callerFor(request).category.bySlug({ slug: String(request.params.slug) })),
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
