/** Writes options and their values, and which of them each variant has. */

import type { PlannedOption } from './options.ts'
import type { Client } from './repository.ts'

interface Option extends PlannedOption {
  productId: string
}

/** Renames, moves and adds options; returns the ids of the products that had any of this. */
export async function saveOptions(client: Client, options: Option[]): Promise<string[]> {
  const updated = await updateOptions(
    client,
    options.filter(({ id }) => id !== undefined),
  )
  return [
    ...updated,
    ...(await insertOptions(
      client,
      options.filter(({ id }) => id === undefined),
    )),
  ]
}

async function updateOptions(client: Client, options: Option[]): Promise<string[]> {
  if (options.length === 0) return []
  const { rows } = await client.query<{ product_id: string }>(
    `UPDATE product_option o SET name = x.name, position = x.position
     FROM jsonb_to_recordset($1) AS x(id uuid, name text, position int)
     WHERE o.id = x.id AND (o.name, o.position) IS DISTINCT FROM (x.name, x.position)
     RETURNING o.product_id`,
    [JSON.stringify(options.map(({ id, name, position }) => ({ id, name, position })))],
  )
  return rows.map((row) => row.product_id)
}

async function insertOptions(client: Client, options: Option[]): Promise<string[]> {
  if (options.length === 0) return []
  const { rows } = await client.query<{ product_id: string }>(
    `INSERT INTO product_option (product_id, name, position)
     SELECT product_id, name, position FROM jsonb_to_recordset($1) AS x(product_id uuid, name text, position int)
     ON CONFLICT (product_id, name) DO NOTHING
     RETURNING product_id`,
    [JSON.stringify(options.map(({ productId, name, position }) => ({ product_id: productId, name, position })))],
  )
  return rows.map((row) => row.product_id)
}

export interface Choice {
  productId: string
  variantId: string
  /** Whether the variant was just created, and so has chosen nothing before. */
  isNew: boolean
  option: string
  value: string
}

/** Gives each variant its option values, one for an option. Values that are new come after those there are. */
export async function saveChoices(client: Client, choices: Choice[]): Promise<void> {
  if (choices.length === 0) return
  const rows = JSON.stringify(
    choices.map(({ productId, variantId, isNew, option, value }, n) => ({
      product_id: productId,
      variant_id: variantId,
      is_new: isNew,
      option,
      value,
      n,
    })),
  )
  const from = `jsonb_to_recordset($1) AS
       x(product_id uuid, variant_id uuid, is_new boolean, option text, value text, n int)
     JOIN product_option o ON o.product_id = x.product_id AND o.name = x.option`
  await client.query(
    `INSERT INTO product_option_value (option_id, value, position)
     SELECT o.id, x.value, coalesce((SELECT max(position) FROM product_option_value WHERE option_id = o.id), -1)
       + row_number() OVER (PARTITION BY o.id ORDER BY min(x.n))
     FROM ${from}
     WHERE NOT EXISTS (SELECT FROM product_option_value v WHERE v.option_id = o.id AND v.value = x.value)
     GROUP BY o.id, x.value
     ON CONFLICT (option_id, value) DO NOTHING`,
    [rows],
  )
  if (choices.some(({ isNew }) => !isNew)) {
    await client.query(
      `DELETE FROM variant_option_value c USING product_option_value v, ${from}
       WHERE c.variant_id = x.variant_id AND c.option_value_id = v.id AND v.option_id = o.id AND v.value <> x.value
         AND NOT x.is_new`,
      [rows],
    )
  }
  await client.query(
    `INSERT INTO variant_option_value (variant_id, option_value_id)
     SELECT x.variant_id, v.id FROM ${from} JOIN product_option_value v ON v.option_id = o.id AND v.value = x.value
     ON CONFLICT DO NOTHING`,
    [rows],
  )
}
