import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isEmpty, parseCount, seed } from '../scripts/seed/load.ts'
import { tables } from '../scripts/seed/rows.ts'
import { databaseForTest } from './support/database.ts'

const products = 300

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

/** A database for this test, and a way to ask it. */
async function start() {
  const url = await databaseForTest()
  const client = await connect(url)
  const ask = async (sql: string, values: unknown[] = []) => (await client.query(sql, values)).rows
  return { url, ask, content: () => contentOf(ask) }
}

/** A hash of every row of each table, timestamps and search vectors too. */
async function contentOf(ask: (sql: string) => Promise<Record<string, unknown>[]>) {
  const content: Record<string, unknown> = {}
  for (const table of [...tables, 'product_price_range', 'category', 'facet', 'facet_value', 'location', 'app_user']) {
    // A price's revision only counts.
    const read = table === 'price' ? `(SELECT to_jsonb(p) - 'revision' FROM price p)` : table
    const [row] = await ask(`SELECT count(*)::int, md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM ${read} t`)
    content[table] = row
  }
  return content
}

describe('seed', () => {
  it('given two databases, when both are seeded, then their content is the same to the last byte', async () => {
    const [one, other] = [await start(), await start()]
    const { rows } = await seed(one.url, { products })
    await seed(other.url, { products, chunkSize: 7 })
    expect(await one.content()).toEqual(await other.content())
    expect(await one.content()).toMatchObject({ product: { count: products }, variant: { count: rows.variant } })
  })

  it('given 100 seeded products, when 300 are asked for, then 200 are added and all is as if made in one go', async () => {
    const [grown, direct] = [await start(), await start()]
    await seed(grown.url, { products: 100 })
    const { rows } = await seed(grown.url, { products })
    await seed(direct.url, { products })
    expect(rows.product).toBe(200)
    expect(await grown.content()).toEqual(await direct.content())
  })

  it('given a seeded database, when seeded again with as many or fewer, then nothing is added', async () => {
    const { url, content } = await start()
    await seed(url, { products })
    const before = await content()
    for (const count of [products, 50]) {
      const { rows } = await seed(url, { products: count })
      expect(Object.values(rows).every((added) => added === 0)).toBe(true)
    }
    expect(await content()).toEqual(before)
  })

  it('given a seed whose connections are cut after a chunk, when run again, then it ends with the same content', async () => {
    const [cut, whole] = [await start(), await start()]
    const chunkSize = 20
    const onProgress = async () => {
      await cut.ask(
        `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'caching-reference-seed'`,
      )
    }
    await expect(seed(cut.url, { products, chunkSize, onProgress })).rejects.toThrow()
    const [left] = await cut.ask('SELECT count(*)::int FROM product')
    expect(left?.count).toBeGreaterThan(0)
    expect(left?.count).toBeLessThan(products)

    await seed(cut.url, { products })
    await seed(whole.url, { products })
    expect(await cut.content()).toEqual(await whole.content())
  })

  it('given a progress report that throws, when seeding, then the seed ends with that error and loads no further', async () => {
    const { url, ask } = await start()
    const onProgress = () => {
      throw new Error('enough')
    }
    await expect(seed(url, { products, chunkSize: 20, onProgress })).rejects.toThrow('enough')
    // One chunk by each of the two workers, at most.
    const [{ count } = { count: 0 }] = await ask('SELECT count(*)::int FROM product')
    expect([20, 40]).toContain(count)
  })

  it('given a seed at work, when another one starts, then the second is refused and the first goes on', async () => {
    const { url, ask } = await start()
    let second: Promise<unknown> | undefined
    const onProgress = async () => {
      second ??= seed(url, { products }).catch((error: unknown) => error)
      await second
    }
    await seed(url, { products, chunkSize: 100, onProgress })
    expect(await second).toMatchObject({ message: expect.stringContaining('Another seed is running') })
    expect(await ask('SELECT count(*)::int FROM product')).toEqual([{ count: products }])
  })

  it('given products, a category and a location of others, when seeding, then they stay and are used', async () => {
    const { url, ask } = await start()
    await ask(`INSERT INTO category (slug, title, path) VALUES ('kitchen-dining', 'Their Kitchen', '/kitchen-dining/')`)
    await ask(`INSERT INTO location (code, title) VALUES ('main', 'Their Depot')`)
    // An id in the middle of the seed's.
    await ask(
      `INSERT INTO product (id, slug, title) VALUES ('01950000-0000-7000-8000-000000000000', 'theirs', 'Theirs')`,
    )
    const theirs =
      'SELECT p, (SELECT array_agg(c) FROM category c WHERE title ~ $1), (SELECT array_agg(l) FROM location l)'
    const before = await ask(`${theirs} FROM product p WHERE slug = 'theirs'`, ['^Their'])
    const { rows } = await seed(url, { products })
    expect(rows.product).toBe(products)
    expect(await ask(`${theirs} FROM product p WHERE slug = 'theirs'`, ['^Their'])).toEqual(before)
    const mugs = `SELECT parent.title, c.path FROM category c JOIN category drinkware ON drinkware.id = c.parent_id
      JOIN category parent ON parent.id = drinkware.parent_id WHERE c.slug = 'mugs'`
    expect(await ask(mugs)).toEqual([{ title: 'Their Kitchen', path: '/kitchen-dining/drinkware/mugs/' }])
  })

  it("given somebody else's product with a slug of the seed's, when seeding, then the error names it", async () => {
    const { url, ask } = await start()
    await ask(`INSERT INTO product (slug, title) VALUES ('blue-mug', 'Their Mug')`)
    await expect(seed(url, { products })).rejects.toThrow(/not the seed's.*product.*\(slug\)=\(blue-mug\)/)
    expect(await ask('SELECT title FROM product')).toEqual([{ title: 'Their Mug' }])
  })

  it('given a seeded database, when every variant is looked at, then it has prices, stock and its options', async () => {
    const { url, ask } = await start()
    await seed(url, { products })
    const odd = await ask(`
      SELECT v.sku FROM variant v
      WHERE (SELECT array_agg(currency::text ORDER BY currency) FROM price WHERE variant_id = v.id)
          IS DISTINCT FROM '{EUR,USD}'
        OR (SELECT count(*) FROM stock_level JOIN location l ON l.id = location_id
            WHERE variant_id = v.id AND l.code = 'main') <> 1
        OR v.title <> coalesce((
          SELECT string_agg(value.value, ' / ' ORDER BY option.position)
          FROM variant_option_value link
          JOIN product_option_value value ON value.id = link.option_value_id
          JOIN product_option option ON option.id = value.option_id AND option.product_id = v.product_id
          WHERE link.variant_id = v.id), 'Default Title')`)
    expect(odd).toEqual([])
  })

  it('given a seeded database, when price ranges are compared with the prices, then they agree', async () => {
    const { url, ask } = await start()
    await seed(url, { products })
    const ranges = await ask(`SELECT product_id, currency, min_minor, max_minor FROM product_price_range ORDER BY 1, 2`)
    const prices = await ask(`
      SELECT product_id, currency, min(amount_minor) AS min_minor, max(amount_minor) AS max_minor
      FROM price JOIN variant v ON v.id = variant_id GROUP BY 1, 2 ORDER BY 1, 2`)
    expect(ranges).toHaveLength(products * 2)
    expect(ranges).toEqual(prices)
  })

  it('given a seeded database, when its listings are made anew, then they are what they were', async () => {
    const { url, ask } = await start()
    await seed(url, { products })
    const listings = () => ask('SELECT to_jsonb(l) AS listing FROM product_listing l ORDER BY product_id')
    const ranges = () => ask('SELECT to_jsonb(r) AS range FROM product_price_range r ORDER BY product_id, currency')
    const before = [await listings(), await ranges()]
    await ask('DELETE FROM product_listing')
    await ask('SELECT refresh_product_listing(ARRAY(SELECT id FROM product))')
    expect(before[0]).toHaveLength(products)
    expect([await listings(), await ranges()]).toEqual(before)
  })

  it('given a seeded database, when searched for a lamp, then what is found stands in a category of lamps', async () => {
    const { url, ask } = await start()
    await seed(url, { products })
    const found = await ask(`
      SELECT DISTINCT c.path FROM product JOIN category c ON c.id = category_id
      WHERE search @@ to_tsquery('english', 'lamp:A')`)
    expect(found.length).toBeGreaterThan(0)
    for (const { path } of found) expect(path).toMatch(/^\/home-living\/lighting\//)
  })

  it('given a database, when it has no product, then it is empty, and after one product it is not', async () => {
    const { url } = await start()
    expect(await isEmpty(url)).toBe(true)
    await seed(url, { products: 1 })
    expect(await isEmpty(url)).toBe(false)
  })

  it.each(['abc', '', '0', '-5', '1.5', '1e3', '1000001'])(
    'given the number "%s", when parsed, then it is refused',
    (text) => {
      expect(() => parseCount(text)).toThrow(`whole number from 1 to 1000000, not "${text}"`)
    },
  )

  it.each([0, 1.5, Number.NaN, 1_000_001])(
    'given %s products, when seeding, then it is refused at once',
    async (count) => {
      await expect(seed('postgres://nowhere.invalid/', { products: count })).rejects.toThrow('whole number from 1 to')
    },
  )
})
