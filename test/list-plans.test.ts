import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ListFilter, listQuery } from '../src/catalog/repository.list.ts'
import { startTestApp, type TestApp } from './support/app.ts'

// A page of a list on 100,000 products must come from indexes, whatever it is filtered and sorted by. Written by
// generate_series: the seed's realistic texts would take a minute, and a plan only needs the numbers to be right.
const products = 100_000
const categories = 100

let shop: TestApp
let bigCategory: string
let smallCategory: string

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
    ALTER TABLE product ENABLE TRIGGER USER;
    ALTER TABLE price ENABLE TRIGGER USER`)
  await shop.sql.query('VACUUM ANALYZE product, product_price_range, category')
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

async function planOf(filter: Partial<ListFilter>): Promise<Plan[]> {
  const query = listQuery({ currency: 'USD', sort: 'newest', limit: 21, ...filter })
  const rows = await shop.sql.query(`EXPLAIN (FORMAT JSON) ${query.text}`, query.values)
  return nodes(rows.rows[0]['QUERY PLAN'][0].Plan)
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
]

describe(`a page of the list on ${products.toLocaleString('en')} products`, () => {
  it.each(filters)(
    'given %s, when planned, then no table of products is read from end to end',
    async (_name, filter) => {
      const plan = await planOf(filter())
      const scanned = plan.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name'])
      expect(scanned).toEqual([])
    },
  )
})
