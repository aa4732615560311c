/** Pages of the product list: keyset pagination, each order served by an index (test/list-plans.test.ts shows the plans). */
import { Prisma } from '../generated/prisma/client.ts'
import { type Database, planWithValues } from '../platform/db.ts'
import type { Position } from './cursor.ts'
import type { Sort } from './schema.ts'

export interface ListFilter {
  /** Any of these categories. */
  categoryIds?: string[] | undefined
  currency: string
  priceMin?: number | undefined
  priceMax?: number | undefined
  text?: string | undefined
  /** Whether `text` is compared with titles letter by letter instead of looked up as words: for typos. */
  fuzzy?: boolean
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

/** How an order reads in SQL: its key, the key as the client gets it, the key's type, and the direction. */
const orders = {
  newest: { key: sql`p.created_at`, out: sql`(extract(epoch FROM p.created_at) * 1000)::float8`, ascending: false },
  title: { key: sql`lower(p.title)`, out: sql`lower(p.title)`, ascending: true },
  price: { key: sql`r.min_minor`, out: sql`r.min_minor::float8`, ascending: true },
  'price-desc': { key: sql`r.min_minor`, out: sql`r.min_minor::float8`, ascending: false },
  relevance: { key: sql`rank`, out: sql`rank`, ascending: false },
} as const satisfies Record<Sort, { key: Prisma.Sql; out: Prisma.Sql; ascending: boolean }>

/** The query for a page. Exported so that a test can ask Postgres for its plan. */
export function listQuery(filter: ListFilter): Prisma.Sql {
  const { sort, limit, after } = filter
  const { key, out, ascending } = orders[sort]
  const direction = raw(ascending ? 'ASC' : 'DESC')
  const byPrice = sort === 'price' || sort === 'price-desc'
  const id = byPrice ? sql`r.product_id` : sql`p.id`
  const beyond =
    after && sql`(${key}, ${id}) ${raw(ascending ? '>' : '<')} (${keyValue(sort, after.key)}, ${after.id}::uuid)`
  const priced = byPrice || filter.priceMin !== undefined || filter.priceMax !== undefined

  return sql`${raw(planWithValues)}
    SELECT p.id::text, p.slug, ${out} AS key
    FROM product p
    ${priced ? sql`JOIN product_price_range r ON r.product_id = p.id AND r.currency = ${filter.currency}` : empty}
    ${sort === 'relevance' && filter.text ? sql`CROSS JOIN LATERAL (SELECT ${rank(filter.text, filter.fuzzy)} AS rank) relevance` : empty}
    WHERE ${join([sql`p.status = 'active'`, ...conditions(filter), ...(beyond ? [beyond] : [])], ' AND ')}
    ORDER BY ${key} ${direction}, ${id} ${direction}
    LIMIT ${limit}`
}

function conditions({ categoryIds, priceMin, priceMax, text, fuzzy }: ListFilter): Prisma.Sql[] {
  return [
    categoryIds && sql`p.category_id = ANY (${categoryIds}::uuid[])`,
    priceMin !== undefined && sql`r.min_minor >= ${priceMin}::bigint`,
    priceMax !== undefined && sql`r.min_minor <= ${priceMax}::bigint`,
    text && (fuzzy ? sql`${text} <% p.title` : hasWords(text)),
  ].filter((condition) => typeof condition === 'object')
}

function hasWords(text: string): Prisma.Sql {
  return sql`p.search @@ websearch_to_tsquery('english', ${text})`
}

function rank(text: string, fuzzy = false): Prisma.Sql {
  return fuzzy
    ? sql`word_similarity(${text}, p.title)::float8`
    : sql`ts_rank(p.search, websearch_to_tsquery('english', ${text}))::float8`
}

function keyValue(sort: Sort, key: Position['key']): Prisma.Sql {
  if (sort === 'newest') return sql`to_timestamp(${key}::float8 / 1000)`
  if (sort === 'title') return sql`${key}::text`
  return sort === 'relevance' ? sql`${key}::float8` : sql`${key}::bigint`
}
