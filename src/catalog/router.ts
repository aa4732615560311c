/** The catalog's procedures. Anyone may read; those that change it are in edit/router.ts. */
import { z } from 'zod'
import { type Procedures, router } from '../platform/trpc.ts'
import type { CatalogCaches } from './caches.ts'
import { findCategory } from './category-tree.ts'
import { createEditProcedures, type EditDeps } from './edit/router.ts'
import { categoryNotFound, productNotFound } from './errors.ts'
import { pageQuery } from './list.ts'
import type { ProductRepository } from './repository.ts'
import { category, categoryNode, id, listInput, product, productPage, slug } from './schema.ts'

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
