/** Writes images: by product and address. */

import type { ImagePart } from './image-part.ts'
import type { Client } from './repository.ts'

export interface ProductImage extends ImagePart {
  productId: string
  /** Whether the product was just created, and so has no image yet. */
  isNew: boolean
}

/** Updates the images there are where the file says something else, adds the others at the end. Returns product ids. */
export async function saveMedia(client: Client, images: ProductImage[]): Promise<string[]> {
  const updated = await updateMedia(
    client,
    images.filter(({ isNew }) => !isNew),
  )
  return [...updated, ...(await insertMedia(client, images))]
}

const from = 'jsonb_to_recordset($1) AS x(product_id uuid, url text, alt text, position int, n int)'

function recordset(images: ProductImage[]): string {
  return JSON.stringify(
    images.map(({ productId, url, alt, position }, n) => ({ product_id: productId, url, alt, position, n })),
  )
}

async function updateMedia(client: Client, images: ProductImage[]): Promise<string[]> {
  if (images.length === 0) return []
  const { rows } = await client.query<{ product_id: string }>(
    `UPDATE media m SET alt = coalesce(x.alt, m.alt), position = coalesce(x.position, m.position)
     FROM ${from}
     WHERE (m.product_id, m.url) = (x.product_id, x.url)
       AND (m.alt, m.position) IS DISTINCT FROM (coalesce(x.alt, m.alt), coalesce(x.position, m.position))
     RETURNING m.product_id`,
    [recordset(images)],
  )
  return rows.map((row) => row.product_id)
}

async function insertMedia(client: Client, images: ProductImage[]): Promise<string[]> {
  if (images.length === 0) return []
  const { rows } = await client.query<{ product_id: string }>(
    `INSERT INTO media (product_id, url, alt, position)
     SELECT x.product_id, x.url, coalesce(x.alt, ''), coalesce(x.position,
       coalesce((SELECT max(position) FROM media WHERE product_id = x.product_id), 0)
         + row_number() OVER (PARTITION BY x.product_id ORDER BY x.n))
     FROM ${from}
     WHERE NOT EXISTS (SELECT FROM media m WHERE (m.product_id, m.url) = (x.product_id, x.url))
     ORDER BY x.n
     ON CONFLICT (product_id, url) DO NOTHING
     RETURNING product_id`,
    [recordset(images)],
  )
  return rows.map((row) => row.product_id)
}
