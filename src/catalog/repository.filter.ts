/**
 * Which products a list is about, as SQL: what pages and facet counts have in common. With a text it begins at the
 * products that have the words (p), otherwise at `product_listing` (l), a narrow row a product. Prices are in
 * `product_price_range` (r), which also suffices for a list by price alone.
 */
import { Prisma } from '../generated/prisma/client.ts'

const { sql, empty } = Prisma

/** What a client chose of a facet: any of these values. None of them known: no product has it. */
export interface Selection {
  facet: string
  valueIds: string[]
}

export interface ProductFilter {
  /** Any of these categories. */
  categoryIds?: string[] | undefined
  currency: string
  priceMin?: number | undefined
  priceMax?: number | undefined
  text?: string | undefined
  /** Whether `text` is compared with titles letter by letter instead of looked up as words: for typos. */
  fuzzy?: boolean
  /** All of these. */
  selections?: Selection[] | undefined
  inStock?: boolean | undefined
}

/** What is read of the products, besides what they are filtered by: their facet values, their price, age or title. */
export type Need = 'facets' | 'price' | 'order'

/** The tables, their conditions (but those of the selections), and how what lists are sorted by is called there. */
export function source(filter: ProductFilter, need?: Need) {
  const { categoryIds, priceMin, priceMax, text, fuzzy, inStock, selections = [], currency } = filter
  const r = need === 'price' || priceMin !== undefined || priceMax !== undefined
  const p = text !== undefined
  const l = need === 'facets' || inStock || selections.length > 0 || (!p && (!r || need === 'order'))
  const id = p ? sql`p.id` : l ? sql`l.product_id` : sql`r.product_id`

  const first = p ? sql`product p` : l ? sql`product_listing l` : empty
  const ordered = r && (!p || need === 'price') // or read by its key, product by product
  const prices = p || l ? sql`JOIN product_price_range r ON r.product_id = ${id}` : sql`product_price_range r`
  // Each table knows status and category, so that the planner may begin at any.
  const conditions = [
    p && sql`p.status = 'active'`,
    p && (fuzzy ? sql`${text} <% p.title` : hasWords(text)),
    p && categoryIds && sql`p.category_id = ANY (${categoryIds}::uuid[])`,
    l && !p && sql`l.active`,
    l && !p && categoryIds && sql`l.category_id = ANY (${categoryIds}::uuid[])`,
    inStock && sql`l.in_stock`,
    ordered && sql`r.currency = ${currency} AND r.active`,
    ordered && categoryIds && sql`r.category_id = ANY (${categoryIds}::uuid[])`,
    priceMin !== undefined && sql`r.min_minor >= ${priceMin}::bigint`,
    priceMax !== undefined && sql`r.min_minor <= ${priceMax}::bigint`,
  ]
  return {
    from: sql`${first} ${l && p ? listingOfProduct : empty} ${r ? (ordered ? prices : rangeOfProduct(currency)) : empty}`,
    conditions: conditions.filter((condition) => typeof condition === 'object'),
    id,
    createdAt: p ? sql`p.created_at` : sql`l.created_at`,
    title: p ? sql`lower(p.title)` : sql`l.title_key`,
  }
}

// By key, product by product: whatever the planner thinks of the text, it is not to read a whole table for it.
const listingOfProduct = sql`CROSS JOIN LATERAL (
  SELECT listing.facet_values, listing.in_stock FROM product_listing listing WHERE listing.product_id = p.id OFFSET 0) l`

const rangeOfProduct = (currency: string) => sql`CROSS JOIN LATERAL (
  SELECT range.min_minor FROM product_price_range range WHERE range.product_id = p.id AND range.currency = ${currency}
  OFFSET 0) r`

export function hasAnyOf({ valueIds }: Selection): Prisma.Sql {
  return sql`l.facet_values && ${valueIds}::uuid[]`
}

export function hasWords(text: string): Prisma.Sql {
  return sql`p.search @@ websearch_to_tsquery('english', ${text})`
}
