/** Pages of the product list: keyset pagination, each order served by an index (test/list-plans.test.ts shows the plans). */
import { Prisma } from '../generated/prisma/client.ts'
import { type Database, planWithValues } from '../platform/db.ts'
import type { Position } from './cursor.ts'
import { hasAnyOf, hasWords, type ProductFilter, source } from './repository.filter.ts'
import type { Sort } from './schema.ts'

export interface ListFilter extends ProductFilter {
  sort: Sort
  limit: number
  /** Only what comes after this. */
  after?: Position | undefined
}

export interface ListRow {
  id: string
  slug: string
  /** What the list is sorted by. */
  key: string | number
}

export interface ListRepository {
  /** At most `limit` rows, in order. */
  page(filter: ListFilter): Promise<ListRow[]>
  /** Whether any product has the words of `text`. */
  anyHas(text: string): Promise<boolean>
}

export function createListRepository({ prisma, measure }: Database): ListRepository {
  return {
    page: (filter) => measure(`product.list.${filter.sort}`, () => prisma.$queryRaw<ListRow[]>(listQuery(filter))),
    anyHas: (text) =>
      measure('product.anyHas', async () => {
        const rows = await prisma.$queryRaw(
          sql`SELECT 1 FROM product p WHERE p.status = 'active' AND ${hasWords(text)} LIMIT 1`,
        )
        return Array.isArray(rows) && rows.length > 0
      }),
  }
}

const { sql, empty, join, raw } = Prisma

const ascending = { newest: false, title: true, price: true, 'price-desc': false, relevance: false } as const

/** The query for a page. Exported so that a test can ask Postgres for its plan. */
export function listQuery(filter: ListFilter): Prisma.Sql {
  const { sort, limit, after, selections = [] } = filter
  const byPrice = sort === 'price' || sort === 'price-desc'
  const { from, conditions, id: anyId, createdAt, title } = source(filter, byPrice ? 'price' : 'order')
  const key = {
    newest: createdAt,
    title,
    price: sql`r.min_minor`,
    'price-desc': sql`r.min_minor`,
    relevance: sql`rank`,
  }[sort]
  const id = byPrice ? sql`r.product_id` : anyId
  const direction = raw(ascending[sort] ? 'ASC' : 'DESC')
  const beyond =
    after && sql`(${key}, ${id}) ${raw(ascending[sort] ? '>' : '<')} (${keyValue(sort, after.key)}, ${after.id}::uuid)`
  const where = [...conditions, ...selections.map(hasAnyOf), ...(beyond ? [beyond] : [])]

  // The slugs are looked up for the page alone, not for all that is sorted to find it.
  return sql`${raw(planWithValues)}
    SELECT page.id::text, named.slug, ${keyAsJson(sort)} AS key
    FROM (
      SELECT ${id} AS id, ${key} AS key
      FROM ${from}
      ${sort === 'relevance' && filter.text ? sql`CROSS JOIN LATERAL (SELECT ${rank(filter.text, filter.fuzzy)} AS rank) relevance` : empty}
      WHERE ${join(where, ' AND ')}
      ORDER BY ${key} ${direction}, ${id} ${direction}
      LIMIT ${limit}) page
    JOIN product named ON named.id = page.id
    ORDER BY page.key ${direction}, page.id ${direction}`
}

function rank(text: string, fuzzy = false): Prisma.Sql {
  return fuzzy
    ? sql`word_similarity(${text}, p.title)::float8`
    : sql`ts_rank(p.search, websearch_to_tsquery('english', ${text}))::float8`
}

function keyAsJson(sort: Sort): Prisma.Sql {
  if (sort === 'newest') return sql`(extract(epoch FROM page.key) * 1000)::float8`
  return sort === 'title' ? sql`page.key` : sql`page.key::float8`
}

function keyValue(sort: Sort, key: Position['key']): Prisma.Sql {
  if (sort === 'newest') return sql`to_timestamp(${key}::float8 / 1000)`
  if (sort === 'title') return sql`${key}::text`
  return sort === 'relevance' ? sql`${key}::float8` : sql`${key}::bigint`
}
