/** Writes the product rows themselves. */

import type { ProductPart } from './product-part.ts'
import { type Client, Overtaken } from './repository.ts'

export interface ProductRow {
  handle: string
  fields: ProductPart
  /** null: none; undefined: the file doesn't say. */
  categoryId: string | null | undefined
}

const columns = `slug text, title text, description text, vendor text, status product_status, tags text[],
  category_id uuid, category_given boolean`

function recordset(rows: ProductRow[]): string {
  return JSON.stringify(
    rows.map(({ handle, fields: { title, description, vendor, status, tags }, categoryId }) => ({
      slug: handle,
      title,
      description,
      vendor,
      status,
      tags,
      category_id: categoryId,
      category_given: categoryId !== undefined,
    })),
  )
}

/** Inserts products that don't exist and returns their ids by handle. Throws Overtaken if one has come to exist. */
export async function insertProducts(client: Client, rows: ProductRow[]): Promise<Map<string, string>> {
  if (rows.length === 0) return new Map()
  const inserted = await client.query<{ id: string; slug: string }>(
    `INSERT INTO product (slug, title, description, vendor, status, tags, category_id)
     SELECT slug, title, coalesce(description, ''), coalesce(vendor, ''), coalesce(status, 'active'),
       coalesce(tags, '{}'), category_id
     FROM jsonb_to_recordset($1) AS x(${columns})
     ON CONFLICT (slug) DO NOTHING
     RETURNING id, slug`,
    [recordset(rows)],
  )
  if (inserted.rows.length < rows.length) throw new Overtaken('A product was created by somebody else meanwhile.')
  return new Map(inserted.rows.map(({ id, slug }) => [slug, id]))
}

/**
 * Updates the fields of existing products where the file says something else, and marks those of the ids `changed` whose
 * parts changed: one version up, either way. Returns the ids of both.
 */
export async function updateProducts(client: Client, rows: ProductRow[], changed: string[]): Promise<Set<string>> {
  const updated = new Set(await updateFields(client, rows))
  const others = changed.filter((id) => !updated.has(id))
  if (others.length > 0) {
    await client.query('UPDATE product SET version = version + 1, updated_at = now() WHERE id = ANY($1)', [others])
  }
  return new Set([...updated, ...others])
}

async function updateFields(client: Client, rows: ProductRow[]): Promise<string[]> {
  if (rows.length === 0) return []
  const updated = await client.query<{ id: string }>(
    `UPDATE product p SET title = n.title, description = n.description, vendor = n.vendor, status = n.status,
       tags = n.tags, category_id = n.category_id, version = p.version + 1, updated_at = now()
     FROM (
       SELECT p.id, x.title, coalesce(x.description, p.description) AS description, coalesce(x.vendor, p.vendor) AS vendor,
         coalesce(x.status, p.status) AS status, coalesce(x.tags, p.tags) AS tags,
         CASE WHEN x.category_given THEN x.category_id ELSE p.category_id END AS category_id
       FROM jsonb_to_recordset($1) AS x(${columns}) JOIN product p USING (slug)
     ) n
     WHERE p.id = n.id AND (p.title, p.description, p.vendor, p.status, p.tags, p.category_id)
       IS DISTINCT FROM (n.title, n.description, n.vendor, n.status, n.tags, n.category_id)
     RETURNING p.id`,
    [recordset(rows)],
  )
  return updated.rows.map(({ id }) => id)
}
