/** Products as rows: the tables in the order in which their foreign keys allow them to be filled, and their columns. */
import type { SeedProduct, SeedVariant } from './products.ts'
import type { Reference } from './reference.ts'

export type Value = string | number | null | string[]
export type Row = Value[]

/** What is not named here has its default. */
export const columns = {
  product: 'id, slug, title, description, vendor, status, category_id, tags, created_at, updated_at',
  media: 'id, product_id, url, alt, position',
  product_option: 'id, product_id, name, position',
  product_option_value: 'id, option_id, value, position',
  variant: 'id, product_id, media_id, sku, barcode, title, position, weight_grams, created_at, updated_at',
  variant_option_value: 'variant_id, option_value_id',
  price: 'id, variant_id, currency, amount_minor, compare_at_minor, valid_from, created_at, updated_at',
  product_facet_value: 'product_id, facet_value_id',
  stock_level: 'variant_id, location_id, on_hand',
} as const

export type Table = keyof typeof columns
export const tables = Object.keys(columns) as Table[]

/** Hands the rows of a product to `add`. */
export function toRows(product: SeedProduct, reference: Reference, add: (table: Table, row: Row) => void): void {
  const { id, slug, title, description, vendor, status, leaf, tags, createdAt } = product
  const category = known(reference.categories, leaf.category)
  add('product', [id, slug, title, description, vendor.name, status, category, tags, createdAt, createdAt])
  for (const [position, media] of product.media.entries()) add('media', [media.id, id, media.url, media.alt, position])
  for (const [position, option] of product.optionRows.entries()) {
    add('product_option', [option.id, id, option.name, position])
    for (const [at, value] of option.values.entries()) {
      add('product_option_value', [value.id, option.id, value.value, at])
    }
  }
  for (const [position, variant] of product.variants.entries()) variantRows(variant, position)
  for (const facet of product.facets) add('product_facet_value', [id, known(reference.facetValues, facet)])

  function variantRows(variant: SeedVariant, position: number): void {
    const { mediaId, sku, barcode, weightGrams } = variant
    add('variant', [variant.id, id, mediaId, sku, barcode, variant.title, position, weightGrams, createdAt, createdAt])
    for (const valueId of variant.optionValueIds) add('variant_option_value', [variant.id, valueId])
    for (const { id: priceId, currency, amountMinor, compareAtMinor } of variant.prices) {
      add('price', [priceId, variant.id, currency, amountMinor, compareAtMinor, createdAt, createdAt, createdAt])
    }
    add('stock_level', [variant.id, reference.locationId, variant.onHand])
  }
}

function known(ids: Map<string, string>, name: string): string {
  const id = ids.get(name)
  if (!id) throw new Error(`The seed has no "${name}".`)
  return id
}
