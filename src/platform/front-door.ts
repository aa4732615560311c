/** `GET /`: where a person who opens the address finds what there is. */
import type { RequestHandler } from 'express'

export function frontDoor(version: string): RequestHandler {
  const ways = {
    docs: '/docs',
    openapi: '/openapi.json',
    products: '/api/products',
    product: '/api/products/blue-mug',
    facets: '/api/facets',
    suggestions: '/api/suggest?text=mug',
    categories: '/api/categories',
    trpc: '/trpc/catalog.category.tree',
    metrics: '/metrics',
    ready: '/readyz',
  }
  return (_request, response) => {
    response.json({ service: 'caching-reference', version, ways })
  }
}
