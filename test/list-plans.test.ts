import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { facetsQuery } from '../src/catalog/repository.facets.ts'
import type { ProductFilter, Selection } from '../src/catalog/repository.filter.ts'
import { type ListFilter, listQuery } from '../src/catalog/repository.list.ts'
import { suggestQueries } from '../src/catalog/repository.suggest.ts'
import type { Prisma } from '../src/generated/prisma/client.ts'
import { startTestApp, type TestApp } from './support/app.ts'

// A read of the catalog on 100,000 products must come from indexes, whatever it is filtered and sorted by. Written by
// generate_series: the seed's realistic texts would take a minute, and a plan only needs the numbers to be right.
const products = 100_000
const categories = 100

let shop: TestApp
let bigCategory: string
let smallCategory: string
/** By facet: the ids of two of its values. A product has one value of each facet. */
let facet: (code: string) => Selection

beforeAll(async () => {
  shop = await startTestApp({ DB_STATEMENT_TIMEOUT_MS: '120000' })
  await shop.sql.query(`
    INSERT INTO category (slug, title, path) SELECT 'c' || n, 'Category ' || n, '/c' || n || '/' FROM generate_series(1, ${categories}) n;
    ALTER TABLE product DISABLE TRIGGER USER;
    ALTER TABLE price DISABLE TRIGGER USER;
    INSERT INTO product (slug, title, status, category_id, created_at, search)
      SELECT 'p' || n, (ARRAY['Oak','Steel','Blue','Soft','Tall'])[n % 5 + 1] || ' ' || (ARRAY['lamp','mug','chair','shirt'])[n % 4 + 1] || ' ' || md5(n::text),
        CASE WHEN n % 25 = 0 THEN 'draft' ELSE 'active' END::product_status, c.id,
        timestamptz '2025-01-01' + n * interval '5 minutes',
        to_tsvector('english', (ARRAY['lamp','mug','chair','shirt'])[n % 4 + 1] || ' ' || md5(n::text))
      FROM generate_series(1, ${products}) n
      JOIN category c ON c.slug = 'c' || (1 + floor(${categories - 1} * power((n * 7919 % 10007) / 10007.0, 3)))::int;
    INSERT INTO product_price_range (product_id, currency, min_minor, max_minor)
      SELECT id, 'USD', hashtext(slug) & 65535, 65536 FROM product;
    INSERT INTO facet (code, title) SELECT unnest(ARRAY['colour', 'material', 'season']), '';
    INSERT INTO facet_value (facet_id, code, title) SELECT id, 'v' || n, '' FROM facet, generate_series(0, 11) n;
    ALTER TABLE product_facet_value DISABLE TRIGGER USER;
    ALTER TABLE stock_level DISABLE TRIGGER USER;
    ALTER TABLE variant DISABLE TRIGGER USER;
    INSERT INTO product_facet_value (product_id, facet_value_id)
      SELECT p.id, v.id FROM product p CROSS JOIN facet f
      JOIN facet_value v ON v.facet_id = f.id AND v.code = 'v' || floor(12 * power((hashtext(p.slug || f.code) & 1023) / 1024.0, 2));
    INSERT INTO variant (product_id, title) SELECT id, 'Variant ' || n FROM product, generate_series(1, 2) n;
    INSERT INTO location (code, title) VALUES ('main', 'Main');
    INSERT INTO stock_level (variant_id, location_id, on_hand)
      SELECT v.id, l.id, hashtext(v.id::text) & 7 FROM variant v, location l;
    INSERT INTO title_word (word) SELECT md5(n::text) FROM generate_series(1, 20000) n ON CONFLICT DO NOTHING;
    SELECT refresh_product_listing(ARRAY(SELECT id FROM product))`)
  await shop.sql.query(`VACUUM ANALYZE product, product_price_range, product_listing, product_facet_value, category, facet,
    facet_value, title_word`)
  const values = await shop.sql.query(
    `SELECT f.code, array_agg(v.id::text) AS ids FROM facet f JOIN facet_value v ON v.facet_id = f.id
     WHERE v.code IN ('v2', 'v5') GROUP BY f.code`,
  )
  facet = (code) => ({ facet: code, valueIds: values.rows.find((row) => row.code === code).ids })
  const { rows } = await shop.sql.query('SELECT category_id FROM product GROUP BY 1 ORDER BY count(*) DESC')
  bigCategory = rows.at(0).category_id
  smallCategory = rows.at(-1).category_id
}, 120_000)
afterAll(() => shop.stop())

interface Plan {
  'Node Type': string
  'Relation Name'?: string
  Plans?: Plan[]
}

const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)]

async function scannedBy(query: Prisma.Sql): Promise<(string | undefined)[]> {
  const rows = await shop.sql.query(`EXPLAIN (FORMAT JSON) ${query.text}`, query.values)
  const plan = nodes(rows.rows[0]['QUERY PLAN'][0].Plan)
  return plan
    .filter((node) => node['Node Type'] === 'Seq Scan')
    .map((node) => node['Relation Name'])
    .filter((table) => table !== 'facet' && table !== 'facet_value') // a handful of rows, needed all of them
}

const id = '01890a5d-ac96-774b-bcce-b302099a8057'
const filters: [string, () => Partial<ListFilter>][] = [
  ['newest', () => ({ sort: 'newest' })],
  ['newest, a later page', () => ({ sort: 'newest', after: { key: 1_740_000_000_000, id } })],
  ['title', () => ({ sort: 'title' })],
  ['title, a later page', () => ({ sort: 'title', after: { key: 'oak lamp', id } })],
  ['price', () => ({ sort: 'price' })],
  ['price, a later page', () => ({ sort: 'price', after: { key: 30_000, id } })],
  ['price falling, in a range', () => ({ sort: 'price-desc', priceMin: 100, priceMax: 50_000 })],
  ['newest in a price range', () => ({ sort: 'newest', priceMin: 100, priceMax: 50_000 })],
  ['newest in a narrow price range', () => ({ sort: 'newest', priceMin: 100, priceMax: 110 })],
  ['newest in a big category', () => ({ sort: 'newest', categoryIds: [bigCategory] })],
  ['newest in a small category', () => ({ sort: 'newest', categoryIds: [smallCategory] })],
  ['newest in two categories', () => ({ sort: 'newest', categoryIds: [bigCategory, smallCategory] })],
  ['title in a small category', () => ({ sort: 'title', categoryIds: [smallCategory] })],
  ['price in a big category', () => ({ sort: 'price', categoryIds: [bigCategory] })],
  ['price in a small category', () => ({ sort: 'price', categoryIds: [smallCategory] })],
  ['relevance, a common word', () => ({ sort: 'relevance', text: 'lamp' })],
  ['relevance, a rare word', () => ({ sort: 'relevance', text: 'submarine' })],
  ['relevance, a typo', () => ({ sort: 'relevance', text: 'lapm chiar', fuzzy: true })],
  ['price, a typo', () => ({ sort: 'price', text: 'steeel', fuzzy: true })],
  ['relevance, a later page', () => ({ sort: 'relevance', text: 'lamp', after: { key: 0.5, id } })],
  ['newest with a text', () => ({ sort: 'newest', text: 'submarine' })],
  ['price with a text in a category', () => ({ sort: 'price', text: 'mug', categoryIds: [smallCategory] })],
  ['newest with a facet', () => ({ selections: [facet('colour')] })],
  ['newest with three facets', () => ({ selections: ['colour', 'material', 'season'].map(facet) })],
  [
    'newest with facets in a category',
    () => ({ categoryIds: [bigCategory], selections: ['colour', 'season'].map(facet) }),
  ],
  ['newest in stock', () => ({ inStock: true })],
  ['title with a facet', () => ({ sort: 'title', selections: [facet('colour')] })],
  [
    'title with facets, in stock, in a category',
    () => ({ sort: 'title', categoryIds: [bigCategory], inStock: true, selections: [facet('colour')] }),
  ],
  ['price with a facet', () => ({ sort: 'price', selections: [facet('colour')] })],
  [
    'price with a facet, in stock, in a category',
    () => ({ sort: 'price', categoryIds: [smallCategory], inStock: true, selections: [facet('colour')] }),
  ],
  [
    'newest with facets in a price range',
    () => ({ priceMin: 100, priceMax: 2_000, selections: ['colour', 'season'].map(facet) }),
  ],
  ['newest with a facet of which nothing is known', () => ({ selections: [{ facet: 'taste', valueIds: [] }] })],
  [
    'relevance with a facet, in stock',
    () => ({ sort: 'relevance', text: 'lamp', inStock: true, selections: [facet('colour')] }),
  ],
  ['a later page with facets', () => ({ selections: [facet('colour')], after: { key: 1_740_000_000_000, id } })],
]

const countedFilters: [string, () => Partial<ProductFilter>][] = [
  ['a big category', () => ({ categoryIds: [bigCategory] })],
  ['a small category', () => ({ categoryIds: [smallCategory] })],
  ['a category and a facet', () => ({ categoryIds: [bigCategory], selections: [facet('colour')] })],
  [
    'a category, three facets, in stock',
    () => ({ categoryIds: [bigCategory], inStock: true, selections: ['colour', 'material', 'season'].map(facet) }),
  ],
  ['a category and a price range', () => ({ categoryIds: [bigCategory], priceMin: 100, priceMax: 20_000 })],
  ['a common word', () => ({ text: 'lamp' })],
  ['a rare word', () => ({ text: 'submarine' })],
  ['a word and a facet, in stock', () => ({ text: 'lamp', inStock: true, selections: [facet('colour')] })],
  ['a word in a category and a price range', () => ({ text: 'lamp', categoryIds: [bigCategory], priceMin: 100 })],
  ['a typo', () => ({ text: 'steeel', fuzzy: true })],
]

const suggestions: [string, Prisma.Sql][] = [
  ['the beginning of a title, one letter', suggestQueries.beginning('o', 10)],
  ['the beginning of a title', suggestQueries.beginning('oak la', 10)],
  ['a common word', suggestQueries.within([['lamp']], 10)],
  ['one letter', suggestQueries.within([['l']], 10)],
  ['two words', suggestQueries.within([['oak'], ['la']], 10)],
  ['a rare word', suggestQueries.within([['submarine']], 10)],
  [
    'spellings',
    suggestQueries.within(
      [
        ['steeel', 'steel'],
        ['lapm', 'lamp'],
      ],
      10,
    ),
  ],
  ['a typo', suggestQueries.spellings('c4ca4238a0', 3)],
]

describe(`on ${products.toLocaleString('en')} products`, () => {
  it.each(filters)(
    'given a list (%s), when a page of it is planned, then no table of products is read from end to end',
    async (_name, filter) => {
      expect(await scannedBy(listQuery({ currency: 'USD', sort: 'newest', limit: 21, ...filter() }))).toEqual([])
    },
  )

  it.each(countedFilters)(
    'given a list (%s), when the counts of its facets are planned, then no table of products is read from end to end',
    async (_name, filter) => {
      expect(await scannedBy(facetsQuery({ currency: 'USD', ...filter() }))).toEqual([])
    },
  )

  it('given everything, when the counts of its facets are planned, then it is one pass over the narrow table', async () => {
    expect(await scannedBy(facetsQuery({ currency: 'USD' }))).toEqual(['product_listing'])
  })

  it.each(suggestions)(
    'given %s, when suggestions are planned, then no table is read from end to end',
    async (_name, query) => {
      expect(await scannedBy(query)).toEqual([])
    },
  )
})
