/** The catalog's procedures. Anyone may read; those that change it are in edit/router.ts. */
import { z } from 'zod'
import type { ReadOutcome } from '../cache/insight/read-outcome.ts'
import { once, onceEach } from '../platform/answers/kept.ts'
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
  const { shared, staff } = procedures
  /** A product is often the same as before, alone or on a page. */
  const shown = once(product)
  const edit = createEditProcedures({ staff, outbox, pool })
  const tree = async (readOutcome?: ReadOutcome) => (await caches.tree.get(undefined, readOutcome)) ?? []

  return router({
    product: router({
      ...edit.product,
      bySlug: shared
        .input(z.strictObject({ slug }))
        .output(shown)
        .query(async ({ input, ctx }) => {
          const found = (await caches.products.get(input.slug, ctx.readOutcome)) ?? fail(productNotFound())
          onView(found.id)
          return found
        }),

      byId: shared
        .input(z.strictObject({ id }))
        .output(product)
        .query(async ({ input }) => (await products.byId(input.id)) ?? fail(productNotFound())),

      /** The products in the order of `ids`, null where there is none. */
      byIds: shared
        .input(z.strictObject({ ids: z.array(id).max(100) }))
        .output(z.array(product.nullable()))
        .query(({ input }) => products.byIds(input.ids)),

      list: shared
        .input(listInput)
        .output(onceEach(productPage, shown))
        .query(async ({ input, ctx }) => {
          const page = (await caches.lists.get(pageQuery(input), ctx.readOutcome)) ?? fail(categoryNotFound())
          const items = await caches.products.getMany(page.slugs)
          // A product that was archived since the page was made is left out.
          return { items: items.filter((item) => item !== null), nextCursor: page.nextCursor }
        }),

      /** Counts for the facets of the list with these filters. */
      facets: shared
        .input(filterInput)
        .output(once(countedFacets))
        .query(
          async ({ input, ctx }) =>
            (await caches.facets.get(facetsQuery(input), ctx.readOutcome)) ?? fail(categoryNotFound()),
        ),

      suggest: shared
        .input(suggestInput)
        .output(suggestions)
        .query(async ({ input: { text: typed, limit }, ctx }) => {
          const text = canonicalText(typed)
          if (text === '') return { categories: [], titles: [] }
          const [titles, all] = await Promise.all([caches.titles.get(text, ctx.readOutcome), tree()])
          const categories = matchingCategories(all, text).slice(0, limit)
          return { categories, titles: (titles ?? []).slice(0, limit - categories.length) }
        }),
    }),

    category: router({
      ...edit.category,
      tree: shared.output(once(z.array(categoryNode))).query(({ ctx }) => tree(ctx.readOutcome)),

      bySlug: shared
        .input(z.strictObject({ slug }))
        .output(category)
        .query(
          async ({ input, ctx }) => findCategory(await tree(ctx.readOutcome), input.slug) ?? fail(categoryNotFound()),
        ),
    }),

    variant: router(edit.variant),
    facet: router(edit.facet),
  })
}

function fail(error: Error): never {
  throw error
}
