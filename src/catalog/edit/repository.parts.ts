/** A product's media and facets, and the order of its parts. */
import type { Tx } from '../../platform/outbox.ts'
import { facetUnknown, orderOutdated } from './errors.ts'
import type { Written } from './repository.product.ts'
import type { ProductFields } from './schema.ts'

/** Makes `media` the product's media, in this order. Those whose address stays are the same rows: variants show them. */
export async function saveMedia(tx: Tx, { id, isNew }: Written, media: NonNullable<ProductFields['media']>) {
  if (!isNew) {
    const urls = media.map(({ url }) => url)
    await tx.query('DELETE FROM media WHERE product_id = $1 AND url <> ALL ($2)', [id, urls])
  }
  await tx.query(
    `INSERT INTO media (product_id, url, alt, position)
     SELECT $1::uuid, x.url, x.alt, x.at FROM jsonb_to_recordset($2) AS x (url text, alt text, at int)
     ON CONFLICT (product_id, url) DO UPDATE SET alt = EXCLUDED.alt, position = EXCLUDED.position
     WHERE (media.alt, media.position) <> (EXCLUDED.alt, EXCLUDED.position)`,
    [id, JSON.stringify(media.map((image, at) => ({ ...image, at })))],
  )
}

/** Makes `facets` the product's facet values. Throws FACET_UNKNOWN. */
export async function saveFacets(tx: Tx, { id, isNew }: Written, facets: NonNullable<ProductFields['facets']>) {
  const wanted = Object.entries(facets).flatMap(([facet, values]) => values.map((value) => ({ facet, value })))
  const { rows } = await tx.query<{ facet: string; value: string; id: string | null }>(
    `SELECT x.facet, x.value, v.id FROM jsonb_to_recordset($1) AS x (facet text, value text)
     LEFT JOIN facet f ON f.code = x.facet LEFT JOIN facet_value v ON v.facet_id = f.id AND v.code = x.value`,
    [JSON.stringify(wanted)],
  )
  const unknown = rows.find((row) => row.id === null)
  if (unknown) throw facetUnknown(unknown.facet, unknown.value)
  const ids = rows.map((row) => row.id)
  if (!isNew) {
    await tx.query('DELETE FROM product_facet_value WHERE product_id = $1 AND facet_value_id <> ALL ($2::uuid[])', [
      id,
      ids,
    ])
  }
  // A value that is removed in this moment is left out: it would be gone from the product right after, too.
  await tx.query(
    `INSERT INTO product_facet_value (product_id, facet_value_id)
     SELECT $1::uuid, id FROM facet_value WHERE id = ANY ($2::uuid[]) ORDER BY id FOR KEY SHARE
     ON CONFLICT DO NOTHING`,
    [id, ids],
  )
}

/** The media in a new order, by their addresses. Throws ORDER_OUTDATED unless it is all of them. */
export async function orderMedia(tx: Tx, productId: string, urls: string[]): Promise<void> {
  const { rows } = await tx.query<{ url: string }>('SELECT url FROM media WHERE product_id = $1', [productId])
  mustBeAll(
    'media',
    rows.map(({ url }) => url),
    urls,
  )
  await tx.query(
    `UPDATE media m SET position = x.at FROM unnest($2::text[]) WITH ORDINALITY AS x (url, at)
     WHERE m.product_id = $1 AND m.url = x.url AND m.position <> x.at`,
    [productId, urls],
  )
}

/** The living variants in a new order. Throws ORDER_OUTDATED unless it is all of them. */
export async function orderVariants(tx: Tx, productId: string, ids: string[]): Promise<void> {
  const { rows } = await tx.query<{ id: string }>(
    'SELECT id FROM variant WHERE product_id = $1 AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE',
    [productId],
  )
  mustBeAll(
    'variants',
    rows.map(({ id }) => id),
    ids,
  )
  await tx.query(
    `UPDATE variant v SET position = x.at FROM unnest($2::uuid[]) WITH ORDINALITY AS x (id, at)
     WHERE v.product_id = $1 AND v.id = x.id AND v.position <> x.at`,
    [productId, ids],
  )
}

/** Throws ORDER_OUTDATED unless `given` is `present` in some order. */
export function mustBeAll(field: string, present: string[], given: string[]): void {
  const all = new Set(given)
  if (given.length !== present.length || !present.every((item) => all.has(item))) throw orderOutdated(field)
}
