/** A page of the product list, from its query to its slugs and the cursor of the next one. */
import { decodeCursor, encodeCursor } from './cursor.ts'
import { tagsOfList } from './list-tags.ts'
import type { CategoryRepository } from './repository.categories.ts'
import type { ListRepository } from './repository.list.ts'
import type { ListInput, Sort } from './schema.ts'

/** A list in its canonical form: what is asked, without where in it we are. */
export interface PageQuery
  extends Pick<ListInput, 'category' | 'currency' | 'priceMin' | 'priceMax' | 'text' | 'facets' | 'inStock'> {
  sort: Sort
  limit: number
  cursor?: string | undefined
  /** The filters and the order as text: equal for equal lists. */
  list: string
}

export interface Page {
  slugs: string[]
  nextCursor: string | null
  /** What it depends on: see list-tags.ts. */
  tags: string[]
}

/** The canonical query for what a client asks. Throws CURSOR_INVALID, so that no such query reaches the cache. */
export function pageQuery({ limit, cursor, ...filters }: ListInput): PageQuery {
  const text = filters.text?.replace(/\s+/g, ' ').toLowerCase()
  const sort = filters.sort ?? (text ? 'relevance' : 'newest')
  const { category, currency, priceMin, priceMax } = filters
  const inStock = filters.inStock || undefined
  const facets = canonicalFacets(filters.facets)
  const all = [category, currency, priceMin, priceMax, text, sort, facets && Object.entries(facets), inStock]
  const list = JSON.stringify(all.map((part) => part ?? null))
  if (cursor !== undefined) decodeCursor(list, sort, cursor)
  return { category, currency, priceMin, priceMax, text, facets, inStock, sort, limit, cursor, list }
}

/** In one order, each value once: equal filters are to be equal texts. */
function canonicalFacets(facets: ListInput['facets']): ListInput['facets'] {
  const entries = Object.entries(facets ?? {}).map(([code, values]) => [code, [...new Set(values)].sort()] as const)
  return entries.length > 0 ? Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) : undefined
}

/** Null when the category does not exist. */
export async function loadPage(
  query: PageQuery,
  { categories, lists }: { categories: CategoryRepository; lists: ListRepository },
): Promise<Page | null> {
  const { category, limit, cursor, list, ...filter } = query
  const subtree = category === undefined ? undefined : await categories.subtree(category)
  if (category !== undefined && !subtree) return null
  const categoryIds = subtree?.ids
  const after = cursor === undefined ? undefined : decodeCursor(list, query.sort, cursor)
  // Words as people type them; only when no product has them, titles that resemble the text: a typo.
  const fuzzy = query.text !== undefined && !(await lists.anyHas(query.text))
  const rows = await lists.page({ ...filter, fuzzy, categoryIds, after, limit: limit + 1 }) // one more: is there a next page?
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    slugs: page.map(({ slug }) => slug),
    nextCursor: last && rows.length > limit ? encodeCursor(list, last) : null,
    tags: tagsOfList(query, subtree?.path),
  }
}
