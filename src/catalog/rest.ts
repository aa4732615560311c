/** The catalog's reads in REST. */
import type { ProcedureName, RestTable } from '../platform/rest/route.ts'
import { categoryNotFound, cursorInvalid, productNotFound } from './errors.ts'
import type { createCatalogRouter } from './router.ts'

const filters = { category: 'lighting', facets: { colour: ['red', 'blue'] }, inStock: true }

export const catalogRest: RestTable<ProcedureName<ReturnType<typeof createCatalogRouter>>> = {
  about: 'Products, categories, and finding them. For anyone.',
  routes: [
    {
      method: 'get',
      path: '/products',
      procedure: 'product.list',
      summary: 'List products',
      description: 'Products on sale, filtered and sorted, page by page: send `nextCursor` as `cursor`.',
      errors: [categoryNotFound(), cursorInvalid()],
      example: { ...filters, sort: 'price', limit: 5 },
    },
    {
      method: 'get',
      path: '/products/{slug}',
      procedure: 'product.bySlug',
      summary: 'Read a product',
      errors: [productNotFound()],
      example: { slug: 'blue-mug' },
    },
    {
      method: 'get',
      path: '/facets',
      procedure: 'product.facets',
      summary: 'Count the facets of a list',
      description: 'With the same filters as the list. What is selected of a facet does not narrow its own counts.',
      errors: [categoryNotFound()],
      example: filters,
    },
    {
      method: 'get',
      path: '/suggest',
      procedure: 'product.suggest',
      summary: 'Complete what is typed',
      description: 'Categories first, then titles; `limit` in all.',
      example: { text: 'lam' },
    },
    {
      method: 'get',
      path: '/categories',
      procedure: 'category.tree',
      summary: 'Read the category tree',
    },
    {
      method: 'get',
      path: '/categories/{slug}',
      procedure: 'category.bySlug',
      summary: 'Read a category',
      description: 'With its ancestors and its children.',
      errors: [categoryNotFound()],
      example: { slug: 'lighting' },
    },
  ],
}
