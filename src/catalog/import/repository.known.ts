/** What the database has of the products in a batch, read under lock. */

import type { Known } from './draft.ts'
import type { Client } from './repository.ts'

/**
 * Locks the products `handles` in the order of their ids, as every writer of several products does, and reads what
 * judging needs: their options, who owns `skus`, and with `withVariants` the titles of their variants.
 */
export async function lockKnown(
  client: Client,
  { handles, skus, withVariants }: { handles: string[]; skus: string[]; withVariants: boolean },
): Promise<Known> {
  const locked = await client.query<{ id: string; slug: string }>(
    'SELECT id, slug FROM product WHERE slug = ANY($1) ORDER BY id FOR NO KEY UPDATE',
    [handles],
  )
  const ids = locked.rows.map(({ id }) => id)
  const options = await client.query<{ id: string; product_id: string; name: string }>(
    'SELECT id, product_id, name FROM product_option WHERE product_id = ANY($1) ORDER BY position, id',
    [ids],
  )
  const variants = await client.query<{ product_id: string; title: string }>(
    'SELECT product_id, title FROM variant WHERE product_id = ANY($1) AND deleted_at IS NULL',
    [withVariants ? ids : []],
  )
  const owners = await client.query<{ sku: string; title: string; slug: string }>(
    `SELECT v.sku, v.title, p.slug FROM variant v JOIN product p ON p.id = v.product_id
     WHERE v.sku = ANY($1) AND v.deleted_at IS NULL`,
    [skus],
  )
  const optionsOf = Map.groupBy(options.rows, (row) => row.product_id)
  const variantsOf = Map.groupBy(variants.rows, (row) => row.product_id)
  return {
    products: new Map(
      locked.rows.map(({ id, slug }) => [
        slug,
        {
          id,
          options: optionsOf.get(id) ?? [],
          variants: withVariants ? new Set(variantsOf.get(id)?.map(({ title }) => title)) : undefined,
        },
      ]),
    ),
    skuOwners: new Map(owners.rows.map(({ sku, title, slug }) => [sku, { handle: slug, title }])),
  }
}
