/** From what a client names (a category's slug, facet codes, a text) to what Postgres can look up. */
import type { Filters } from './filters.ts'
import type { CategoryRepository } from './repository.categories.ts'
import type { FacetRepository } from './repository.facets.ts'
import type { ProductFilter } from './repository.filter.ts'
import type { ListRepository } from './repository.list.ts'

export interface ScopeDeps {
  categories: CategoryRepository
  facets: FacetRepository
  lists: ListRepository
}

export interface Scope {
  filter: ProductFilter
  /** The category's. */
  path: string | undefined
}

/** Null when the category does not exist. A facet or a value that does not exist is one that no product has. */
export async function resolveScope(filters: Filters, { categories, facets, lists }: ScopeDeps): Promise<Scope | null> {
  const { category, currency, priceMin, priceMax, text, inStock } = filters
  const subtree = category === undefined ? undefined : await categories.subtree(category)
  if (category !== undefined && !subtree) return null
  const selections = filters.facets && (await facets.select(filters.facets))
  // Words as people type them; only when no product has them, titles that resemble the text: a typo.
  const fuzzy = text !== undefined && !(await lists.anyHas(text))
  const filter = { categoryIds: subtree?.ids, currency, priceMin, priceMax, text, fuzzy, selections, inStock }
  return { filter, path: subtree?.path }
}
