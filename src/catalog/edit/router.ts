/** The procedures that change the catalog. Staff may call them. Each answers the new state. */
import { z } from 'zod'
import type { Outbox, Tx } from '../../platform/outbox.ts'
import type { Procedures } from '../../platform/trpc.ts'
import { categoryNotFound, productNotFound } from '../errors.ts'
import { id, type Product, product, slug } from '../schema.ts'
import { bulkUpsert } from './bulk.ts'
import { createCategory, moveCategory, reorderCategories, updateCategory } from './categories.ts'
import { archiveProduct, createProduct, publishProduct, reorderProduct, updateProduct } from './products.ts'
import { refusalOf } from './refusals.ts'
import { findCategory } from './repository.category.ts'
import { removeFacet, upsertFacet } from './repository.facets.ts'
import { wholeProduct } from './repository.whole.ts'
import * as tree from './schema.category.ts'
import * as input from './schema.ts'
import { removeVariant, upsertVariant } from './variants.ts'

export interface EditDeps {
  /** Those that need the role. */
  staff: Procedures['staff']
  outbox: Outbox
  /** For reading outside a transaction. */
  pool: Tx
}

export function createEditProcedures({ staff, outbox, pool }: EditDeps) {
  /** `work` in a transaction that the caches follow. */
  const change = <Input, Result>(operation: string, work: (tx: Tx, input: Input) => Promise<Result>) => {
    return ({ input }: { input: Input }): Promise<Result> =>
      outbox
        .transaction(operation, (tx) => work(tx, input))
        .catch((error) => {
          throw refusalOf(error)
        })
  }
  /** The same for work that gives a product's id. */
  const changeProduct = <Input>(operation: string, work: (tx: Tx, input: Input) => Promise<string>) =>
    change(operation, async (tx, input: Input): Promise<Product> => whole(tx, { id: await work(tx, input) }))

  const productChange = <Input extends z.ZodType>(schema: Input) => staff.input(schema).output(product)

  return {
    product: {
      /** Whatever its status, as it is now: past the caches. */
      current: staff
        .input(z.union([z.strictObject({ id }), z.strictObject({ slug })]))
        .output(product)
        .query(({ input }) => whole(pool, input)),
      create: productChange(input.createProductInput).mutation(changeProduct('product.create', createProduct)),
      update: productChange(input.updateProductInput).mutation(changeProduct('product.update', updateProduct)),
      publish: productChange(input.productVersion).mutation(changeProduct('product.publish', publishProduct)),
      archive: productChange(input.productVersion).mutation(changeProduct('product.archive', archiveProduct)),
      reorder: productChange(input.reorderProductInput).mutation(changeProduct('product.reorder', reorderProduct)),
      bulkUpsert: staff
        .input(input.bulkInput)
        .output(input.bulkOutput)
        .mutation(async ({ input, ctx }) => ({ results: await bulkUpsert(outbox, ctx.log(), input.products) })),
    },
    variant: {
      upsert: productChange(input.upsertVariantInput).mutation(changeProduct('variant.upsert', upsertVariant)),
      remove: productChange(input.removeVariantInput).mutation(changeProduct('variant.remove', removeVariant)),
    },
    category: {
      /** With its version, as it is now: past the caches. */
      current: staff
        .input(z.strictObject({ id }))
        .output(tree.categoryState)
        .query(async ({ input }) => {
          const category = await findCategory(pool, input.id)
          if (!category) throw categoryNotFound()
          return category
        }),
      create: staff
        .input(tree.createCategoryInput)
        .output(tree.categoryState)
        .mutation(change('category.create', createCategory)),
      update: staff
        .input(tree.updateCategoryInput)
        .output(tree.categoryState)
        .mutation(change('category.update', updateCategory)),
      move: staff
        .input(tree.moveCategoryInput)
        .output(tree.categoryState)
        .mutation(change('category.move', moveCategory)),
      reorder: staff
        .input(tree.reorderCategoriesInput)
        .output(z.array(tree.categoryState))
        .mutation(change('category.reorder', reorderCategories)),
    },
    facet: {
      upsert: staff.input(tree.upsertFacetInput).output(tree.facetState).mutation(change('facet.upsert', upsertFacet)),
      remove: staff.input(tree.removeFacetInput).output(tree.facetState).mutation(change('facet.remove', removeFacet)),
    },
  }
}

async function whole(tx: Tx, by: { id: string } | { slug: string }): Promise<Product> {
  const found = await wholeProduct(tx, by)
  if (!found) throw productNotFound()
  return found
}
