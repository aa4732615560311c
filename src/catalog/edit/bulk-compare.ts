/** Whether a row of a bulk upsert says anything new. What it doesn't speak of is the same. */
import { isDeepStrictEqual } from 'node:util'
import type { Product } from '../schema.ts'
import type { BulkRow, VariantInput } from './schema.ts'

type Variant = Product['variants'][number]

export function isSame(product: Product, { variants = [], slug: _slug, facets, categoryId, ...fields }: BulkRow) {
  return (
    isDeepStrictEqual({ ...product, ...defined(fields) }, product) &&
    (categoryId === undefined || categoryId === (product.category?.id ?? null)) &&
    (facets === undefined || sameFacets(product.facets, facets)) &&
    variants.every((variant) => product.variants.some((present) => isSameVariant(present, variant)))
  )
}

const defined = (fields: object) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

function sameFacets(present: Product['facets'], facets: NonNullable<BulkRow['facets']>): boolean {
  const pairs = (all: [string, string[]][]) =>
    all.flatMap(([code, values]) => values.map((value) => `${code} ${value}`))
  const wanted = new Set(pairs(Object.entries(facets)))
  const there = pairs(present.map(({ code, values }) => [code, values.map((value) => value.code)]))
  return there.length === wanted.size && there.every((pair) => wanted.has(pair))
}

function isSameVariant(present: Variant, { options, prices = [], ...fields }: VariantInput): boolean {
  const chosen = new Map(options.map(({ name, value }) => [name, value]))
  return (
    present.options.length === chosen.size &&
    present.options.every(({ name, value }) => chosen.get(name) === value) &&
    isDeepStrictEqual({ ...present, ...defined(fields) }, present) &&
    prices.every(({ currency, amountMinor, compareAtMinor }) =>
      present.prices.some(
        (price) =>
          price.currency === currency &&
          price.amountMinor === amountMinor &&
          (compareAtMinor === undefined || compareAtMinor === (price.compareAtMinor ?? null)),
      ),
    )
  )
}
