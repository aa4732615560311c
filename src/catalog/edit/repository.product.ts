/** Writes the product rows themselves. Whoever changes any part of a product comes through `changeProduct` first. */
import type { Tx } from '../../platform/outbox.ts'
import { productNotFound } from '../errors.ts'
import type { Product } from '../schema.ts'
import { versionConflict } from './errors.ts'
import type { ProductFields } from './schema.ts'

/** A product whose parts are written. A new one has none yet, so nothing has to go. */
export interface Written {
  id: string
  isNew?: boolean
}

type Columns = Pick<ProductFields, 'slug' | 'title' | 'description' | 'vendor' | 'categoryId' | 'tags'> & {
  status?: Product['status'] | undefined
}

const columns = {
  slug: 'slug',
  title: 'title',
  description: 'description',
  vendor: 'vendor',
  categoryId: 'category_id',
  tags: 'tags',
  status: 'status',
} as const satisfies Record<keyof Columns, string>

/** The given ones: column and value. */
const given = (fields: Columns) =>
  Object.entries(columns).flatMap(([field, column]) => {
    const value = fields[field as keyof Columns]
    return value === undefined ? [] : [{ column, value }]
  })

/** A new draft; gives its id. */
export async function insertProduct(tx: Tx, fields: Columns): Promise<string> {
  const all = given(fields)
  const { rows } = await tx.query<{ id: string }>(
    `INSERT INTO product (${all.map(({ column }) => column)}) VALUES (${all.map((_, n) => `$${n + 1}`)}) RETURNING id`,
    all.map(({ value }) => value),
  )
  return rows[0]?.id ?? ''
}

/**
 * One version up, and the given fields. Locks the product until the transaction ends, so that its parts can be changed;
 * the order of locks is product, then variants, then prices, as the triggers have it. Throws PRODUCT_NOT_FOUND, or
 * VERSION_CONFLICT when `expectedVersion` is given and is not what there is.
 */
export async function changeProduct(
  tx: Tx,
  id: string,
  expectedVersion: number | undefined,
  fields: Columns = {},
): Promise<void> {
  const all = given(fields)
  const set = all.map(({ column }, n) => `${column} = $${n + 3},`).join(' ')
  const { rowCount } = await tx.query(
    `UPDATE product SET ${set} version = version + 1, updated_at = now()
     WHERE id = $1 AND version = coalesce($2::int, version)`,
    [id, expectedVersion, ...all.map(({ value }) => value)],
  )
  if (rowCount) return
  const { rows } = await tx.query<{ version: number }>('SELECT version FROM product WHERE id = $1', [id])
  throw rows[0] ? versionConflict(rows[0].version) : productNotFound()
}

/** Locks the product with this slug; gives its id, undefined when there is none. */
export async function lockBySlug(tx: Tx, slug: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ id: string }>('SELECT id FROM product WHERE slug = $1 FOR NO KEY UPDATE', [slug])
  return rows[0]?.id
}

/** Whether it has a living variant with a price that is valid now. */
export async function hasPricedVariant(tx: Tx, id: string): Promise<boolean> {
  const { rows } = await tx.query(
    `SELECT FROM variant v JOIN price a ON a.variant_id = v.id
     WHERE v.product_id = $1 AND v.deleted_at IS NULL AND a.min_quantity = 1
       AND a.valid_from <= clock_timestamp() AND (a.valid_until IS NULL OR a.valid_until > clock_timestamp()) LIMIT 1`,
    [id],
  )
  return rows.length > 0
}
