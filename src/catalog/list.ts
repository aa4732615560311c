/** A page of the product list, from its query to its slugs and the cursor of the next one. */
import { decodeCursor, encodeCursor } from './cursor.ts'
import { canonicalFilters, type Filters } from './filters.ts'
import { tagsOfList } from './list-tags.ts'
import type { ListInput, Sort } from './schema.ts'
import { resolveScope, type ScopeDeps } from './scope.ts'

/** A list in its canonical form, and where in it we are. */
export interface PageQuery {
  filters: Filters
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
export function pageQuery({ limit, cursor, sort: wanted, ...input }: ListInput): PageQuery {
  const filters = canonicalFilters(input)
  const sort = wanted ?? (filters.text ? 'relevance' : 'newest')
  const list = `${sort}${filters.key}`
  if (cursor !== undefined) decodeCursor(list, sort, cursor)
  return { filters, sort, limit, cursor, list }
}

/** Null when the category does not exist. */
export async function loadPage(
  { filters, sort, limit, cursor, list }: PageQuery,
  deps: ScopeDeps,
): Promise<Page | null> {
  const scope = await resolveScope(filters, deps)
  if (!scope) return null
  const after = cursor === undefined ? undefined : decodeCursor(list, sort, cursor)
  const rows = await deps.lists.page({ ...scope.filter, sort, after, limit: limit + 1 }) // one more: is there a next page?
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    slugs: page.map(({ slug }) => slug),
    nextCursor: last && rows.length > limit ? encodeCursor(list, last) : null,
    tags: tagsOfList({ ...filters, sort }, scope.path),
  }
}
