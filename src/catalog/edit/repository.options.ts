/** A product's options and their values. */
import type { Tx } from '../../platform/outbox.ts'
import { optionInUse } from './errors.ts'
import type { Written } from './repository.product.ts'
import type { ProductFields } from './schema.ts'

/** Names and values, as the rows of `x`. */
const wanted = 'jsonb_to_recordset($2) AS x (name text, value text, at int, value_at int)'

/**
 * Makes `options` the product's options, in this order. Those that keep their name or value stay the same rows.
 * Throws OPTION_IN_USE when a living variant has what would go.
 */
export async function saveOptions(tx: Tx, { id, isNew }: Written, options: NonNullable<ProductFields['options']>) {
  const rows = JSON.stringify(
    options.flatMap(({ name, values }, at) => values.map((value, value_at) => ({ name, value, at, value_at }))),
  )
  const parameters: [string, string] = [id, rows]
  if (!isNew) await dropOptions(tx, parameters)
  await tx.query(
    `INSERT INTO product_option (product_id, name, position) SELECT DISTINCT $1::uuid, name, at FROM ${wanted}
     ON CONFLICT (product_id, name) DO UPDATE SET position = EXCLUDED.position
     WHERE product_option.position <> EXCLUDED.position`,
    parameters,
  )
  await tx.query(
    `INSERT INTO product_option_value (option_id, value, position)
     SELECT o.id, x.value, x.value_at FROM ${wanted} JOIN product_option o ON o.product_id = $1 AND o.name = x.name
     ON CONFLICT (option_id, value) DO UPDATE SET position = EXCLUDED.position
     WHERE product_option_value.position <> EXCLUDED.position`,
    parameters,
  )
  if (!isNew) await retitle(tx, id)
}

/** Drops the options and values that are not wanted. */
async function dropOptions(tx: Tx, parameters: [productId: string, rows: string]): Promise<void> {
  const used = await tx.query<{ name: string; value: string }>(
    `SELECT o.name, ov.value FROM product_option o JOIN product_option_value ov ON ov.option_id = o.id
       JOIN variant_option_value c ON c.option_value_id = ov.id JOIN variant v ON v.id = c.variant_id
     WHERE o.product_id = $1 AND v.deleted_at IS NULL
       AND NOT EXISTS (SELECT FROM ${wanted} WHERE x.name = o.name AND x.value = ov.value) LIMIT 1`,
    parameters,
  )
  if (used.rows[0]) throw optionInUse(used.rows[0].name, used.rows[0].value)
  await tx.query(
    `DELETE FROM product_option o WHERE product_id = $1 AND NOT EXISTS (SELECT FROM ${wanted} WHERE x.name = o.name)`,
    parameters,
  )
  await tx.query(
    `DELETE FROM product_option_value v USING product_option o WHERE v.option_id = o.id AND o.product_id = $1
       AND NOT EXISTS (SELECT FROM ${wanted} WHERE x.name = o.name AND x.value = v.value)`,
    parameters,
  )
}

/**
 * Variants are called by their values in the order of the options. Two that change names would be in each other's way
 * for a moment, so those that change are called by their ids first.
 */
async function retitle(tx: Tx, productId: string): Promise<void> {
  const { rows } = await tx.query<{ id: string; title: string }>(
    `SELECT v.id, n.title FROM variant v CROSS JOIN LATERAL (
       SELECT string_agg(ov.value, ' / ' ORDER BY o.position) AS title
       FROM variant_option_value c JOIN product_option_value ov ON ov.id = c.option_value_id
         JOIN product_option o ON o.id = ov.option_id WHERE c.variant_id = v.id) n
     WHERE v.product_id = $1 AND v.deleted_at IS NULL AND n.title <> v.title ORDER BY v.id FOR NO KEY UPDATE OF v`,
    [productId],
  )
  if (rows.length === 0) return
  await tx.query('UPDATE variant SET title = id::text WHERE id = ANY ($1::uuid[])', [rows.map(({ id }) => id)])
  await tx.query(
    `UPDATE variant v SET title = x.title, version = v.version + 1, updated_at = now()
     FROM jsonb_to_recordset($1) AS x (id uuid, title text) WHERE v.id = x.id`,
    [JSON.stringify(rows)],
  )
}
