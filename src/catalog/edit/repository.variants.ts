/** Variants: what is bought. All of this runs under the lock of the product. */
import type { Tx } from '../../platform/outbox.ts'
import { imageUnknown } from './errors.ts'
import type { VariantInput } from './schema.ts'

/** A product's options in their order, each with the ids of its values. */
export type Options = { name: string; values: Record<string, string> }[]

export async function optionsOf(tx: Tx, productId: string): Promise<Options> {
  const { rows } = await tx.query<Options[number]>(
    `SELECT o.name, jsonb_object_agg(v.value, v.id) FILTER (WHERE v.id IS NOT NULL) AS values
     FROM product_option o LEFT JOIN product_option_value v ON v.option_id = o.id
     WHERE o.product_id = $1 GROUP BY o.id ORDER BY o.position`,
    [productId],
  )
  return rows
}

export interface LivingVariant {
  id: string
  valueIds: string[]
}

/** Locks the living variants of a product, in key order, until the transaction ends. */
export async function lockVariants(tx: Tx, productId: string): Promise<LivingVariant[]> {
  const { rows } = await tx.query<LivingVariant>(
    `SELECT v.id::text, ARRAY(
       SELECT option_value_id::text FROM variant_option_value WHERE variant_id = v.id ORDER BY 1) AS "valueIds"
     FROM variant v WHERE v.product_id = $1 AND v.deleted_at IS NULL ORDER BY v.id FOR NO KEY UPDATE OF v`,
    [productId],
  )
  return rows
}

const columns = { title: 'title', sku: 'sku', barcode: 'barcode', weightGrams: 'weight_grams' } as const

type Fields = Pick<VariantInput, 'sku' | 'barcode' | 'weightGrams' | 'imageUrl'> & { title?: string | undefined }

/** Inserts a variant, after the others, when `id` is undefined; else changes what is given. Throws IMAGE_UNKNOWN. */
export async function saveVariant(tx: Tx, productId: string, id: string | undefined, fields: Fields): Promise<string> {
  const given: [column: string, value: unknown][] = Object.entries(columns).flatMap(([field, column]) => {
    const value = fields[field as keyof typeof columns]
    return value === undefined ? [] : [[column, value]]
  })
  if (fields.imageUrl !== undefined) given.push(['media_id', await mediaId(tx, productId, fields.imageUrl)])
  const names = given.map(([column]) => column)
  const values = given.map(([, value]) => value)
  if (id !== undefined) {
    const set = names.map((name, n) => `${name} = $${n + 2},`).join(' ')
    await tx.query(`UPDATE variant SET ${set} version = version + 1, updated_at = now() WHERE id = $1`, [id, ...values])
    return id
  }
  const { rows } = await tx.query<{ id: string }>(
    `INSERT INTO variant (product_id, position, ${names})
     VALUES ($1, (SELECT coalesce(max(position) + 1, 0) FROM variant WHERE product_id = $1 AND deleted_at IS NULL),
       ${names.map((_, n) => `$${n + 2}`)})
     RETURNING id`,
    [productId, ...values],
  )
  return rows[0]?.id ?? ''
}

async function mediaId(tx: Tx, productId: string, url: string | null): Promise<string | null> {
  if (url === null) return null
  const { rows } = await tx.query<{ id: string }>('SELECT id FROM media WHERE product_id = $1 AND url = $2', [
    productId,
    url,
  ])
  if (!rows[0]) throw imageUnknown()
  return rows[0].id
}

/** Gives the variant these option values, in place of those it had. */
export async function saveChoices(tx: Tx, variantId: string, valueIds: string[], had: string[]): Promise<void> {
  const without = had.filter((id) => !valueIds.includes(id))
  const added = valueIds.filter((id) => !had.includes(id))
  if (without.length > 0) {
    const sql = 'DELETE FROM variant_option_value WHERE variant_id = $1 AND option_value_id = ANY ($2::uuid[])'
    await tx.query(sql, [variantId, without])
  }
  if (added.length > 0) {
    const sql = 'INSERT INTO variant_option_value (variant_id, option_value_id) SELECT $1::uuid, unnest($2::uuid[])'
    await tx.query(sql, [variantId, added])
  }
}

/** The product of a living variant; undefined when there is none. */
export async function productOf(tx: Tx, variantId: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ product_id: string }>(
    'SELECT product_id FROM variant WHERE id = $1 AND deleted_at IS NULL',
    [variantId],
  )
  return rows[0]?.product_id
}

/** Its orders and its history keep it; its SKU is free again. False when somebody else was first. */
export async function deleteVariant(tx: Tx, variantId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE variant SET deleted_at = now(), version = version + 1, updated_at = now()
     WHERE id = $1 AND deleted_at IS NULL`,
    [variantId],
  )
  return rowCount === 1
}
