/** The catalog's procedures. Anyone may read; those that change it are in edit/router.ts. */
import { z } from 'zod'
import { type Procedures, router } from '../platform/trpc.ts'
import type { CatalogCaches } from './caches.ts'
import { findCategory } from './category-tree.ts'
import { createEditProcedures, type EditDeps } from './edit/router.ts'
import { categoryNotFound, productNotFound } from './errors.ts'
import { facetsQuery } from './facets.ts'
import { pageQuery } from './list.ts'
import type { ProductRepository } from './repository.ts'
import {
  category,
  categoryNode,
  countedFacets,
  filterInput,
  id,
  listInput,
  product,
  productPage,
  slug,
  suggestInput,
  suggestions,
} from './schema.ts'
import { canonicalText, matchingCategories } from './suggest.ts'

export interface CatalogRouterDeps {
  procedures: Procedures
  caches: CatalogCaches
  products: ProductRepository
  onView(productId: string): void
  outbox: EditDeps['outbox']
  pool: EditDeps['pool']
}

export function createCatalogRouter({ procedures, caches, products, onView, outbox, pool }: CatalogRouterDeps) {
  const { open, staff } = procedures
  const edit = createEditProcedures({ staff, outbox, pool })
  const tree = async () => (await caches.tree.get()) ?? []

  return router({
    product: router({
      ...edit.product,
      bySlug: open
        .input(z.strictObject({ slug }))
        .output(product)
        .query(async ({ input }) => {
          const found = (await caches.products.get(input.slug)) ?? fail(productNotFound())
          onView(found.id)
          return found
        }),

      byId: open
        .input(z.strictObject({ id }))
        .output(product)
        .query(async ({ input }) => (await products.byId(input.id)) ?? fail(productNotFound())),

      /** The products in the order of `ids`, null where there is none. */
      byIds: open
        .input(z.strictObject({ ids: z.array(id).max(100) }))
        .output(z.array(product.nullable()))
        .query(({ input }) => products.byIds(input.ids)),

      list: open
        .input(listInput)
        .output(productPage)
        .query(async ({ input }) => {
          const page = (await caches.lists.get(pageQuery(input))) ?? fail(categoryNotFound())
          const items = await caches.products.getMany(page.slugs)
          // A product that was archived since the page was made is left out.
          return { items: items.filter((item) => item !== null), nextCursor: page.nextCursor }
        }),

      /** Counts for the facets of the list with these filters. */
      facets: open
        .input(filterInput)
        .output(countedFacets)
        .query(async ({ input }) => (await caches.facets.get(facetsQuery(input))) ?? fail(categoryNotFound())),

      suggest: open
        .input(suggestInput)
        .output(suggestions)
        .query(async ({ input: { text: typed, limit } }) => {
          const text = canonicalText(typed)
          if (text === '') return { categories: [], titles: [] }
          const [titles, all] = await Promise.all([caches.titles.get(text), tree()])
          const categories = matchingCategories(all, text).slice(0, limit)
          return { categories, titles: (titles ?? []).slice(0, limit - categories.length) }
        }),
    }),

    category: router({
      ...edit.category,
      tree: open.output(z.array(categoryNode)).query(tree),

      bySlug: open
        .input(z.strictObject({ slug }))
        .output(category)
        .query(async ({ input }) => findCategory(await tree(), input.slug) ?? fail(categoryNotFound())),
    }),

    variant: router(edit.variant),
    facet: router(edit.facet),
  })
}

function fail(error: Error): never {
  throw error
}
