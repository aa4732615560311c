/** What the procedures that change categories and facets take and answer. */
import { z } from 'zod'
import { categoryFields, code, id, text } from '../schema.ts'
import { expectedVersion, newSlug } from './schema.ts'

const title = text(255)
const parentId = id.toLowerCase().nullable()

export const createCategoryInput = z.strictObject({ slug: newSlug, title, parentId: parentId.default(null) })
export const updateCategoryInput = z.strictObject({
  id,
  expectedVersion,
  slug: newSlug.optional(),
  title: title.optional(),
})
/** null: to the top. It comes after its new siblings. */
export const moveCategoryInput = z.strictObject({ id: id.toLowerCase(), expectedVersion, parentId })
export const reorderCategoriesInput = z.strictObject({
  parentId,
  /** All children of the parent, in their new order. */
  ids: z.array(id.toLowerCase()).max(1_000),
})

/** A category as its transaction sees it. */
export const categoryState = categoryFields.extend({
  parentId: id.nullable(),
  position: z.int(),
  version: z.int(),
})

const codes = (values: { code: string }[]) => new Set(values.map((value) => value.code)).size === values.length

export const upsertFacetInput = z.strictObject({
  code,
  title,
  /** All its values, in their order: others are removed, from products too. Not given: they stay. */
  values: z.array(z.strictObject({ code, title })).max(500).refine(codes, 'must have each code only once').optional(),
})
export const removeFacetInput = z.strictObject({ code })

export const facetState = z.object({
  id,
  code,
  title: z.string(),
  position: z.int(),
  values: z.array(z.object({ code, title: z.string() })),
})

export type CategoryState = z.output<typeof categoryState>
export type FacetState = z.output<typeof facetState>
export type CreateCategory = z.output<typeof createCategoryInput>
export type UpdateCategory = z.output<typeof updateCategoryInput>
export type MoveCategory = z.output<typeof moveCategoryInput>
export type ReorderCategories = z.output<typeof reorderCategoriesInput>
export type UpsertFacet = z.output<typeof upsertFacetInput>
