/** Writes categories. Where they are changes only under the lock of the tree. */
import type { Tx } from '../../platform/outbox.ts'
import { categoryNotFound } from '../errors.ts'
import { versionConflict } from './errors.ts'
import type { CategoryState, CreateCategory, UpdateCategory } from './schema.category.ts'

const state = 'id, slug, title, path, parent_id AS "parentId", position, version'
const last = '(SELECT coalesce(max(position) + 1, 0) FROM category WHERE parent_id IS NOT DISTINCT FROM $1::uuid)'

/**
 * One change of the tree at a time, until the transaction ends: it must be the transaction's first statement. Two moves
 * at once could make a cycle, and a new category could take a path that is just being changed. Reading goes on, and so
 * does writing products (docs/decisions/0017).
 */
export async function lockTree(tx: Tx): Promise<void> {
  await tx.query('LOCK TABLE category IN SHARE ROW EXCLUSIVE MODE')
}

export async function findCategory(tx: Tx, id: string): Promise<CategoryState | undefined> {
  const { rows } = await tx.query<CategoryState>(`SELECT ${state} FROM category WHERE id = $1`, [id])
  return rows[0]
}

/** The children of a category, null: the roots, in their order. */
export async function childrenOf(tx: Tx, parentId: string | null): Promise<CategoryState[]> {
  const { rows } = await tx.query<CategoryState>(
    `SELECT ${state} FROM category WHERE parent_id IS NOT DISTINCT FROM $1::uuid ORDER BY position, title, id`,
    [parentId],
  )
  return rows
}

/** After its siblings. */
export async function insertCategory(
  tx: Tx,
  { slug, title, parentId, path }: CreateCategory & { path: string },
): Promise<CategoryState | undefined> {
  const { rows } = await tx.query<CategoryState>(
    `INSERT INTO category (parent_id, slug, title, path, position) VALUES ($1, $2, $3, $4, ${last}) RETURNING ${state}`,
    [parentId, slug, title, path],
  )
  return rows[0]
}

/** Throws CATEGORY_NOT_FOUND, VERSION_CONFLICT. */
export async function retitleCategory(
  tx: Tx,
  { id, expectedVersion, title }: Omit<UpdateCategory, 'slug'>,
): Promise<void> {
  const { rowCount } = await tx.query(
    `UPDATE category SET title = coalesce($3, title), version = version + 1, updated_at = now()
     WHERE id = $1 AND version = $2`,
    [id, expectedVersion, title],
  )
  if (!rowCount) throw await missed(tx, id)
}

/**
 * Gives a category its place, and all below it their paths, in one statement; the version counts for the category alone.
 * A new parent has it come last. Throws CATEGORY_NOT_FOUND, VERSION_CONFLICT.
 */
export async function placeCategory(
  tx: Tx,
  category: Pick<CategoryState, 'id' | 'slug' | 'title' | 'parentId' | 'path'> & { expectedVersion: number },
): Promise<void> {
  const { id, slug, title, parentId, path, expectedVersion } = category
  const { rowCount } = await tx.query(
    `WITH placed AS (
       UPDATE category SET slug = $3, title = $4, path = $5, parent_id = $1::uuid,
         position = CASE WHEN parent_id IS DISTINCT FROM $1::uuid THEN ${last} ELSE position END,
         version = version + 1, updated_at = now()
       WHERE id = $2 AND version = $6 RETURNING id, old.path AS was),
     below AS (
       UPDATE category c SET path = $5 || substr(c.path, length(placed.was) + 1)
       FROM placed WHERE starts_with(c.path, placed.was) AND c.id <> placed.id AND placed.was <> $5)
     SELECT FROM placed`,
    [parentId, id, slug, title, path, expectedVersion],
  )
  if (!rowCount) throw await missed(tx, id)
}

/** How deep the tree goes below `path`, itself included, and the longest path in it, in bytes. */
export async function extentOf(tx: Tx, path: string): Promise<{ levels: number; bytes: number }> {
  const { rows } = await tx.query<{ levels: number; bytes: number }>(
    `SELECT max(length(path) - length(replace(path, '/', '')) - 1)::int AS levels, max(octet_length(path))::int AS bytes
     FROM category WHERE starts_with(path, $1)`,
    [path],
  )
  return rows[0] ?? { levels: 0, bytes: 0 }
}

export async function orderCategories(tx: Tx, ids: string[]): Promise<void> {
  await tx.query(
    `UPDATE category c SET position = x.at, version = version + 1, updated_at = now()
     FROM unnest($1::uuid[]) WITH ORDINALITY AS x (id, at) WHERE c.id = x.id AND c.position <> x.at`,
    [ids],
  )
}

async function missed(tx: Tx, id: string): Promise<Error> {
  const { rows } = await tx.query<{ version: number }>('SELECT version FROM category WHERE id = $1', [id])
  return rows[0] ? versionConflict(rows[0].version) : categoryNotFound()
}
