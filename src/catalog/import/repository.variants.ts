/** Writes variants and their prices. Only columns that the file has change anything. */

import { setPrices } from '../../pricing/pricing.ts'
import type { Columns } from './columns.ts'
import type { DraftVariant } from './draft.ts'
import type { Client } from './repository.ts'

export interface SavedVariant extends DraftVariant {
  id: string
  productId: string
  /** What happened to the variant itself, its price aside. */
  change: 'created' | 'updated' | undefined
}

/** Inserts variants, or updates the living ones of the same product and title. */
export async function saveVariants(
  client: Client,
  variants: (DraftVariant & { productId: string })[],
  columns: Columns,
): Promise<SavedVariant[]> {
  if (variants.length === 0) return []
  const rows = JSON.stringify(
    variants.map(({ productId, title, sku, barcode, weightGrams, imageUrl }, n) => ({
      n,
      product_id: productId,
      title,
      sku,
      barcode,
      weight_grams: weightGrams,
      url: imageUrl,
    })),
  )
  const from = `jsonb_to_recordset($1)
    AS x(n int, product_id uuid, title text, sku text, barcode text, weight_grams int, url text)`
  const action = takeOver('variant', {
    sku: columns.has('sku'),
    barcode: columns.has('barcode'),
    weight_grams: columns.has('grams') || columns.has('weight'),
    media_id: columns.has('variantImage'),
  })
  const written = await client.query<{ id: string; product_id: string; title: string; created: boolean }>(
    `INSERT INTO variant (product_id, title, sku, barcode, weight_grams, media_id, position)
     SELECT x.product_id, x.title, x.sku, x.barcode, x.weight_grams, m.id,
       coalesce((SELECT max(position) FROM variant v WHERE v.product_id = x.product_id AND v.deleted_at IS NULL), -1)
         + row_number() OVER (PARTITION BY x.product_id ORDER BY x.n)
     FROM ${from} LEFT JOIN media m ON m.product_id = x.product_id AND m.url = x.url
     ORDER BY x.n
     ON CONFLICT (product_id, title) WHERE deleted_at IS NULL DO ${action ?? 'NOTHING'}
     RETURNING id, product_id, title, old.id IS NULL AS created`,
    [rows],
  )
  const key = (productId: string, title: string) => `${productId} ${title}`
  const changes = new Map(written.rows.map(({ product_id, title, ...row }) => [key(product_id, title), row]))
  const unchanged = new Map<number, string>()
  if (changes.size < variants.length) {
    const found = await client.query<{ n: number; id: string }>(
      `SELECT x.n, v.id FROM ${from}
       JOIN variant v ON v.product_id = x.product_id AND v.title = x.title AND v.deleted_at IS NULL`,
      [rows],
    )
    for (const { n, id } of found.rows) unchanged.set(n, id)
  }
  return variants.map((variant, n) => {
    const change = changes.get(key(variant.productId, variant.title))
    if (!change) return { ...variant, id: unchanged.get(n) ?? '', change: undefined }
    return { ...variant, id: change.id, change: change.created ? 'created' : 'updated' }
  })
}

/** Writes prices in `currency`; returns the ids of the variants whose price changed. */
export async function savePrices(
  client: Client,
  variants: SavedVariant[],
  currency: string,
  columns: Columns,
): Promise<string[]> {
  const [price, compareAt] = [columns.has('price'), columns.has('compareAt')]
  if (!(price || compareAt)) return []
  const minor = (amount: bigint | null | undefined) => (amount === undefined || amount === null ? null : Number(amount))
  return setPrices(
    client,
    variants.flatMap(({ id, priceMinor, compareAtMinor }) => {
      const amountMinor = price ? minor(priceMinor) : undefined
      if (amountMinor === null) return []
      return {
        variantId: id,
        currency,
        minQuantity: 1,
        amountMinor,
        compareAtMinor: compareAt ? minor(compareAtMinor) : undefined,
      }
    }),
  )
}

/** The action of an upsert: takes over the columns that are given, and leaves alone a row in which they are the same. */
function takeOver(table: 'variant', columns: Record<string, boolean>): string | undefined {
  const given = Object.keys(columns).filter((column) => columns[column])
  if (given.length === 0) return undefined
  const set = given.map((column) => `${column} = EXCLUDED.${column}`)
  set.push('version = variant.version + 1')
  const row = (name: string) => `ROW(${given.map((column) => `${name}.${column}`)})`
  return `UPDATE SET ${set.join(', ')}, updated_at = now()
    WHERE ${row(table)} IS DISTINCT FROM ${row('EXCLUDED')}`
}
