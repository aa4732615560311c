/** Creating, renaming, moving and ordering categories. */
import type { Tx } from '../../platform/outbox.ts'
import { categoryNotFound } from '../errors.ts'
import { categoryCycle, categoryTooDeep, categoryUnknown, pathTooLong } from './errors.ts'
import {
  childrenOf,
  extentOf,
  findCategory,
  insertCategory,
  lockTree,
  orderCategories,
  placeCategory,
  retitleCategory,
} from './repository.category.ts'
import { mustBeAll } from './repository.parts.ts'
import type {
  CategoryState,
  CreateCategory,
  MoveCategory,
  ReorderCategories,
  UpdateCategory,
} from './schema.category.ts'

const mostLevels = 10
/** Paths are indexed, and an index entry has a limit, bytes. */
const longestPath = 2_000

export async function createCategory(tx: Tx, input: CreateCategory): Promise<CategoryState> {
  const { parentId, slug } = input
  await lockTree(tx)
  const above = await parentPath(tx, parentId)
  const path = `${above}${slug}/`
  mustFit(levelsOf(path), Buffer.byteLength(path))
  return (await insertCategory(tx, { ...input, path })) as CategoryState
}

/** A new slug changes the paths of all below. */
export async function updateCategory(tx: Tx, { slug, ...input }: UpdateCategory): Promise<CategoryState> {
  if (slug === undefined) await retitleCategory(tx, input)
  else {
    await lockTree(tx)
    const category = await present(tx, input.id)
    const path = `${category.path.slice(0, -category.slug.length - 1)}${slug}/`
    await place(tx, { ...category, slug, title: input.title ?? category.title }, path, input.expectedVersion)
  }
  return present(tx, input.id)
}

/** Throws CATEGORY_CYCLE for a parent that is below it, or is itself. */
export async function moveCategory(tx: Tx, { id, parentId, expectedVersion }: MoveCategory): Promise<CategoryState> {
  await lockTree(tx)
  const category = await present(tx, id)
  const above = await parentPath(tx, parentId)
  if (above.startsWith(category.path)) throw categoryCycle()
  await place(tx, { ...category, parentId }, `${above}${category.slug}/`, expectedVersion)
  return present(tx, id)
}

/** The children of a parent in a new order. Throws ORDER_OUTDATED unless it is all of them. */
export async function reorderCategories(tx: Tx, { parentId, ids }: ReorderCategories): Promise<CategoryState[]> {
  await lockTree(tx)
  await parentPath(tx, parentId)
  const children = await childrenOf(tx, parentId)
  mustBeAll(
    'ids',
    children.map(({ id }) => id),
    ids,
  )
  await orderCategories(tx, ids)
  return childrenOf(tx, parentId)
}

async function place(tx: Tx, category: CategoryState, path: string, expectedVersion: number): Promise<void> {
  const was = (await present(tx, category.id)).path
  const extent = await extentOf(tx, was)
  mustFit(
    levelsOf(path) - levelsOf(was) + extent.levels,
    Buffer.byteLength(path) - Buffer.byteLength(was) + extent.bytes,
  )
  await placeCategory(tx, { ...category, path, expectedVersion })
}

async function present(tx: Tx, id: string): Promise<CategoryState> {
  const category = await findCategory(tx, id)
  if (!category) throw categoryNotFound()
  return category
}

async function parentPath(tx: Tx, parentId: string | null): Promise<string> {
  if (parentId === null) return '/'
  const parent = await findCategory(tx, parentId)
  if (!parent) throw categoryUnknown('parentId')
  return parent.path
}

const levelsOf = (path: string) => path.split('/').length - 2

function mustFit(levels: number, bytes: number): void {
  if (levels > mostLevels) throw categoryTooDeep(mostLevels)
  if (bytes > longestPath) throw pathTooLong()
}
