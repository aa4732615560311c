/** How many products of a list have which facet value: what a shop shows beside its list, to narrow it by. */
import { canonicalFilters, type Filters } from './filters.ts'
import { tagsOfList } from './list-tags.ts'
import type { FacetCounts, FilterInput } from './schema.ts'
import { resolveScope, type ScopeDeps } from './scope.ts'

export interface CountedFacets {
  facets: FacetCounts
  /** What they depend on: see list-tags.ts. */
  tags: string[]
}

/** The currency matters only to bounds of prices. */
export function facetsQuery({ currency, ...input }: FilterInput): Filters {
  const priced = input.priceMin !== undefined || input.priceMax !== undefined
  return canonicalFilters({ ...input, currency: priced ? currency : 'USD' })
}

/** Null when the category does not exist. */
export async function loadFacets(filters: Filters, deps: ScopeDeps): Promise<CountedFacets | null> {
  const scope = await resolveScope(filters, deps)
  if (!scope) return null
  return {
    facets: await deps.facets.counts(scope.filter),
    tags: tagsOfList({ ...filters, counted: true }, scope.path),
  }
}
