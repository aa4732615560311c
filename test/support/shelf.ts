/** A few hundred random products, in Postgres and as plain objects: what the filters of lists are tested against. */
import fc from 'fast-check'
import type pg from 'pg'
import { insertCategory } from './catalog.ts'

export const categories = { home: ['home', 'lamps', 'mugs'], lamps: ['lamps'], mugs: ['mugs'], empty: ['empty'] }
export const facets = { colour: ['red', 'blue', 'green'], material: ['oak', 'steel'], season: ['summer', 'winter'] }
export const words = ['lamp', 'mug', 'oak', 'steel']

type Facet = keyof typeof facets

export interface ShelfProduct {
  slug: string
  title: string
  status: string
  category: string | null
  createdAt: string
  prices: { USD?: number; EUR?: number }
  facets: string[]
  variants: { deleted: boolean; levels: { onHand: number; reserved: number; safety: number }[] }[]
}

const level = fc
  .record({
    onHand: fc.integer({ min: 0, max: 3 }),
    reserved: fc.integer({ min: 0, max: 2 }),
    safety: fc.integer({ min: 0, max: 1 }),
  })
  .map(({ onHand, reserved, safety }) => ({ onHand, reserved: Math.min(reserved, onHand), safety }))
const product = fc.record({
  title: fc.subarray(words, { minLength: 1 }).map((some) => some.join(' ')),
  status: fc.constantFrom('active', 'active', 'active', 'draft', 'archived'),
  category: fc.constantFrom('home', 'lamps', 'mugs', null),
  createdAt: fc
    .integer({ min: 0, max: 20 })
    .map((days) => new Date(1_700_000_000_000 + days * 86_400_000).toISOString()),
  prices: fc.record({ USD: fc.integer({ min: 0, max: 9 }), EUR: fc.integer({ min: 0, max: 9 }) }, { requiredKeys: [] }),
  facets: fc.subarray(Object.entries(facets).flatMap(([facet, values]) => values.map((value) => `${facet}:${value}`))),
  variants: fc.array(fc.record({ deleted: fc.boolean(), levels: fc.array(level, { maxLength: 2 }) }), { maxLength: 2 }),
})

/** Fills the catalog; always with the same products. */
export async function fillShelf(sql: pg.Pool, count: number): Promise<ShelfProduct[]> {
  const products = fc
    .sample(product, { numRuns: count, seed: 42 })
    .map((each, index) => ({ slug: `p${index}`, ...each }))
  await insertCategory(sql, 'home')
  for (const slug of ['lamps', 'mugs']) await insertCategory(sql, slug, 'home')
  await insertCategory(sql, 'empty')
  await sql.query(`INSERT INTO location (code, title) VALUES ('0', 'Here'), ('1', 'There')`)
  for (const [facet, values] of Object.entries(facets)) {
    await sql.query(
      `WITH f AS (INSERT INTO facet (code, title) VALUES ($1, initcap($1)) RETURNING id)
       INSERT INTO facet_value (facet_id, code, title) SELECT id, code, initcap(code) FROM f, unnest($2::text[]) code`,
      [facet, values],
    )
  }
  const rows = JSON.stringify(products)
  await sql.query(
    `INSERT INTO product (slug, title, status, category_id, created_at)
     SELECT p.slug, p.title, status::product_status, c.id, "createdAt"
     FROM jsonb_to_recordset($1) p (slug text, title text, status text, category text, "createdAt" timestamptz)
     LEFT JOIN category c ON c.slug = p.category`,
    [rows],
  )
  await sql.query(
    `INSERT INTO product_facet_value (product_id, facet_value_id)
     SELECT product.id, v.id FROM jsonb_to_recordset($1) p (slug text, facets text[]) JOIN product USING (slug)
     JOIN facet f ON true JOIN facet_value v ON v.facet_id = f.id AND f.code || ':' || v.code = ANY (p.facets)`,
    [rows],
  )
  // The first variant, which is always there, has the prices; the others have the stock.
  await sql.query(
    `WITH v AS (INSERT INTO variant (product_id, title) SELECT id, 'Priced' FROM product RETURNING id, product_id)
     INSERT INTO price (variant_id, currency, amount_minor)
     SELECT v.id, currency, amount::bigint FROM jsonb_to_recordset($1) p (slug text, prices jsonb) JOIN product USING (slug)
     JOIN v ON v.product_id = product.id, jsonb_each_text(p.prices) each (currency, amount)`,
    [rows],
  )
  await sql.query(
    `WITH v AS (
       INSERT INTO variant (product_id, title, deleted_at)
       SELECT product.id, nth::text, CASE WHEN (v->>'deleted')::bool THEN now() END
       FROM jsonb_to_recordset($1) p (slug text, variants jsonb) JOIN product USING (slug),
         jsonb_array_elements(p.variants) WITH ORDINALITY each (v, nth)
       RETURNING id, product_id, title)
     INSERT INTO stock_level (variant_id, location_id, on_hand, reserved, safety_stock)
     SELECT v.id, l.id, (level->>'onHand')::int, (level->>'reserved')::int, (level->>'safety')::int
     FROM jsonb_to_recordset($1) p (slug text, variants jsonb) JOIN product USING (slug) JOIN v ON v.product_id = product.id,
       jsonb_array_elements(p.variants->(v.title::int - 1)->'levels') WITH ORDINALITY each (level, nth)
       JOIN location l ON l.code = (nth - 1)::text`,
    [rows],
  )
  return products
}

export interface ShelfFilter {
  category?: keyof typeof categories
  currency?: 'USD' | 'EUR'
  priceMin?: number
  priceMax?: number
  text?: string
  facets?: Record<string, string[]>
  inStock?: boolean
}

const selection = fc.record(
  {
    colour: fc.subarray([...facets.colour, 'mauve'], { minLength: 1 }),
    material: fc.subarray([...facets.material], { minLength: 1 }),
    season: fc.subarray([...facets.season], { minLength: 1 }),
    taste: fc.constant(['sweet'] as string[]),
  },
  { requiredKeys: [] },
)
export const anyFilter: fc.Arbitrary<ShelfFilter> = fc.record(
  {
    category: fc.constantFrom('home' as const, 'lamps' as const, 'mugs' as const, 'empty' as const),
    currency: fc.constantFrom('USD' as const, 'EUR' as const),
    priceMin: fc.integer({ min: 0, max: 5 }),
    priceMax: fc.integer({ min: 5, max: 9 }),
    text: fc.constantFrom(...words, 'oak lamp'),
    facets: selection,
    inStock: fc.boolean(),
  },
  { requiredKeys: [] },
)

const hasAny = (product: ShelfProduct, facet: string, values: string[]) =>
  values.some((value) => product.facets.includes(`${facet}:${value}`))

/** What the catalog should find, in no order. `ignoring`: the facet whose selection does not matter. */
export function matching(products: ShelfProduct[], filter: ShelfFilter, ignoring?: string): ShelfProduct[] {
  const { category, currency = 'USD', priceMin, priceMax, text, inStock } = filter
  return products.filter((product) => {
    const price = product.prices[currency]
    if (product.status !== 'active') return false
    if (category && !categories[category].includes(product.category ?? '')) return false
    if (priceMin !== undefined && (price === undefined || price < priceMin)) return false
    if (priceMax !== undefined && (price === undefined || price > priceMax)) return false
    if (text?.split(' ').some((word) => !product.title.includes(word))) return false
    if (inStock && !isInStock(product)) return false
    return Object.entries(filter.facets ?? {}).every(
      ([facet, values]) => facet === ignoring || hasAny(product, facet, values),
    )
  })
}

function isInStock({ variants }: ShelfProduct): boolean {
  return variants.some(
    ({ deleted, levels }) => !deleted && levels.some(({ onHand, reserved, safety }) => onHand - reserved > safety),
  )
}

/** The counts that the catalog should give: facet → value → count. Selected values are there even with none. */
export function countsOf(products: ShelfProduct[], filter: ShelfFilter): Record<string, Record<string, number>> {
  const counts: Record<string, Record<string, number>> = {}
  for (const facet of Object.keys(facets) as Facet[]) {
    const found = matching(products, filter, facet)
    for (const value of facets[facet]) {
      const count = found.filter((product) => hasAny(product, facet, [value])).length
      if (count > 0 || filter.facets?.[facet]?.includes(value)) counts[facet] = { ...counts[facet], [value]: count }
    }
  }
  return counts
}
