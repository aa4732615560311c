/** What a client asks of a list in its canonical form: equal filters become equal texts, so that they share an entry. */
import type { FilterInput } from './schema.ts'

/** `key` is all of it as text. */
export interface Filters extends FilterInput {
  key: string
}

export function canonicalFilters(input: FilterInput): Filters {
  const { category, currency, priceMin, priceMax } = input
  const text = input.text?.replace(/\s+/g, ' ').toLowerCase()
  const facets = canonicalFacets(input.facets)
  const inStock = input.inStock || undefined
  const all = [category, currency, priceMin, priceMax, text, facets && Object.entries(facets), inStock]
  const key = JSON.stringify(all.map((part) => part ?? null))
  return { category, currency, priceMin, priceMax, text, facets, inStock, key }
}

/** In one order, each value once. */
function canonicalFacets(facets: FilterInput['facets']): FilterInput['facets'] {
  const entries = Object.entries(facets ?? {}).map(([code, values]) => [code, [...new Set(values)].sort()] as const)
  return entries.length > 0 ? Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) : undefined
}
