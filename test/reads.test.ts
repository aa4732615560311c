import { TRPCClientError } from '@trpc/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/app.ts'
import { insertCategory, insertProduct } from './support/catalog.ts'
import { fillShelf } from './support/shelf.ts'

let shop: TestApp
beforeAll(async () => {
  shop = await startTestApp()
  await fillShelf(shop.sql, 60)
  await insertCategory(shop.sql, 'reading-lights', 'home')
  for (const [index, title] of ['Reading Lamp', 'reading lamp', 'Tall Reading Light', 'Art-Deco Vase'].entries()) {
    await insertProduct(shop.sql, { slug: `titled-${index}`, title })
  }
  await insertProduct(shop.sql, { slug: 'hidden', title: 'Readable Draft', status: 'draft' })
})
afterAll(() => shop.stop())

type ListInput = NonNullable<Parameters<typeof shop.trpc.catalog.product.list.query>[0]>
const list = (input: ListInput) => shop.trpc.catalog.product.list.query(input)
const suggest = (text: string, limit?: number) => shop.trpc.catalog.product.suggest.query({ text, limit })
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => (error instanceof TRPCClientError ? error.data : error),
  )

describe('a list that is paged while products come', () => {
  it.each(['newest', 'title', 'price', 'price-desc'] as const)(
    'given the order %s, when products are inserted between pages, then each that was there comes once, in order',
    async (sort) => {
      const filter: ListInput = { sort, facets: { colour: ['red', 'blue'] } }
      const before = (await list({ ...filter, limit: 100 })).items.map(({ slug }) => slug)
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await list({ ...filter, limit: 5, cursor })
        seen.push(...page.items.map(({ slug }) => slug))
        cursor = page.nextCursor ?? undefined
        for (const [index, title] of ['a', 'mug', 'zz'].entries()) {
          const slug = `new-${sort}-${seen.length}-${index}`
          const createdAt = ['2020-01-01', '2023-11-20', '2030-01-01'][index]
          const id = await insertProduct(shop.sql, { slug, title, prices: [index * 5], createdAt })
          await shop.sql.query(`INSERT INTO product_facet_value SELECT $1, id FROM facet_value WHERE code = 'red'`, [
            id,
          ])
        }
      } while (cursor && seen.length < 200)
      expect(seen.filter((slug) => before.includes(slug))).toEqual(before)
      expect(new Set(seen).size).toBe(seen.length)
      await shop.sql.query(`DELETE FROM product WHERE slug LIKE 'new-%'`)
    },
  )
})

describe('cursors of filtered lists', () => {
  const filter: ListInput = { sort: 'price', facets: { colour: ['red'] }, inStock: false, limit: 1 }

  it('given a cursor, when its list is asked with the same filters in other words, then it is good', async () => {
    const { nextCursor } = await list(filter)
    expect(nextCursor).toBeTruthy()
    const page = await list({
      ...filter,
      facets: { colour: ['red', 'red'] },
      inStock: undefined,
      cursor: nextCursor ?? '',
    })
    expect(page.items).toHaveLength(1)
  })

  it('given a cursor that is tampered with, cut, of another list, or huge, when used, then a typed error', async () => {
    const cursor = (await list(filter)).nextCursor ?? ''
    const [list8, key, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string, number, string]
    const forge = (...content: unknown[]) => Buffer.from(JSON.stringify(content)).toString('base64url')
    const uses: ListInput[] = [
      { ...filter, cursor: cursor.slice(0, -8) },
      { ...filter, cursor: cursor.slice(0, 20) },
      { ...filter, cursor: '' },
      { ...filter, cursor: forge(list8, 'x', id) },
      { ...filter, cursor: forge(list8, -1, id) },
      { ...filter, cursor: forge(list8, 1e17, id) },
      { ...filter, cursor: forge(list8, key, 'no-uuid') },
      { ...filter, cursor: forge(list8, key, id, 'more') },
      { ...filter, cursor: forge('AAAAAAAA', key, id) },
      { ...filter, cursor, inStock: true },
      { ...filter, cursor, facets: { colour: ['red', 'blue'] } },
      { ...filter, cursor, facets: { material: ['red'] } },
      { ...filter, cursor, facets: undefined },
      { ...filter, cursor, sort: 'price-desc' },
    ]
    for (const input of uses) {
      expect(await failure(list(input)), JSON.stringify(input)).toMatchObject({
        code: 'BAD_REQUEST',
        reason: 'CURSOR_INVALID',
      })
    }
    const huge = await failure(list({ ...filter, cursor: 'x'.repeat(2_001) }))
    expect(huge).toMatchObject({ code: 'BAD_REQUEST', reason: 'INVALID_INPUT', issues: [{ path: 'cursor' }] })
  })
})

describe('suggestions', () => {
  it('given the beginning of a title or of a word in it, when asked, then each title comes once, without drafts', async () => {
    const { titles } = await suggest('rea')
    expect(titles.map((title) => title.toLowerCase())).toEqual(['reading lamp', 'tall reading light'])
    expect((await suggest('read li')).titles).toEqual(['Tall Reading Light'])
    expect((await suggest('  ART deco, v')).titles).toEqual(['Art-Deco Vase'])
  })

  it('given a typo, when asked, then titles with the word that was meant', async () => {
    expect((await suggest('raeding')).titles).toContain('Tall Reading Light')
    expect((await suggest('raeding ligth')).titles).toContain('Tall Reading Light')
    expect((await suggest('qqqqq')).titles).toEqual([])
  })

  it('given a category, when the beginning of a word of its title is asked, then it comes, and counts in the limit', async () => {
    const { categories, titles } = await suggest('read', 2)
    expect(categories.map(({ slug }) => slug)).toEqual(['reading-lights'])
    expect(titles).toHaveLength(1)
  })

  it('given the same words typed differently, when asked, then one load; nothing but signs: none', async () => {
    const loads = () => shop.events.filter((event) => event.type === 'load' && event.cache === 'product-suggest').length
    await suggest('tall reading')
    const before = loads()
    for (const text of ['Tall  Reading', ' TALL-reading!', 'tall\treading?']) await suggest(text, 3)
    expect(await suggest('?!%_')).toEqual({ categories: [], titles: [] })
    expect(loads()).toBe(before)
  })

  it.each([
    '%',
    '_ing',
    "o'brien & | ! ( ) :*",
    '\\',
    'ééé',
    'e\u0301e\u0301',
    'ﷺﷺ',
    '日本',
    '1:2',
    '𝒳𝒴𝒵',
    'a'.repeat(100),
  ])('given the text %j, when asked, then an answer, not a failure', async (text) => {
    expect(Object.keys(await suggest(text))).toEqual(['categories', 'titles'])
  })

  it.each([
    [{ text: '' }, 'text'],
    [{ text: 'a\0' }, 'text'],
    [{ text: 'x'.repeat(101) }, 'text'],
    [{ text: 'a', limit: 11 }, 'limit'],
    [{ text: 'a', limit: 0 }, 'limit'],
    [{ text: 'a', more: 1 }, ''],
  ])('given the input %j, when refused, then the field is named', async (input, path) => {
    const data = await failure(shop.trpc.catalog.product.suggest.query(input))
    expect(data).toMatchObject({ code: 'BAD_REQUEST', reason: 'INVALID_INPUT', issues: [{ path }] })
  })
})

describe('facets', () => {
  it.each([
    [{ facets: { 'NO code': ['red'] } }, 'facets.NO code'],
    [{ facets: { colour: [] } }, 'facets.colour'],
    [{ facets: { colour: ['a\0'] } }, 'facets.colour.0'],
    [{ facets: { colour: Array.from({ length: 51 }, () => 'red') } }, 'facets.colour'],
    [{ facets: Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`f${n}`, ['a']])) }, 'facets'],
    [{ sort: 'price' }, ''],
    [{ priceMin: 2, priceMax: 1 }, 'priceMin'],
  ])('given the input %j, when refused, then the field is named', async (input, path) => {
    const data = await failure(shop.trpc.catalog.product.facets.query(input as object))
    expect(data).toMatchObject({ code: 'BAD_REQUEST', reason: 'INVALID_INPUT', issues: [{ path }] })
  })

  it('given a category that does not exist, when counted, then CATEGORY_NOT_FOUND', async () => {
    const data = await failure(shop.trpc.catalog.product.facets.query({ category: 'nowhere' }))
    expect(data).toMatchObject({ code: 'NOT_FOUND', reason: 'CATEGORY_NOT_FOUND' })
  })

  it('given very many values, when counted, then the most frequent hundred, and those that are selected', async () => {
    const id = await insertProduct(shop.sql, { slug: 'of-many' })
    await shop.sql.query(`
      WITH f AS (INSERT INTO facet (code, title) VALUES ('many', 'Many') RETURNING id)
      INSERT INTO facet_value (facet_id, code, title) SELECT id, 'v' || n, '' FROM f, generate_series(100, 250) n`)
    await shop.sql.query(
      `INSERT INTO product_facet_value SELECT $1, id FROM facet_value WHERE code ~ '^v\\d+$' AND code <> 'v250'`,
      [id],
    )
    const { facets } = await shop.trpc.catalog.product.facets.query({ facets: { many: ['v249', 'v250'] } })
    const many = facets.find(({ code }) => code === 'many')?.values ?? []
    expect(many).toHaveLength(100)
    expect(many.filter(({ code }) => code >= 'v249').map(({ code, count }) => [code, count])).toEqual([
      ['v249', 1],
      ['v250', 0],
    ])
  })
})

describe('REST', () => {
  it('given facets and stock in the query, when listed and counted, then the answers are those of tRPC', async () => {
    const filter = { facets: { colour: ['blue', 'red'], material: ['oak'] }, inStock: true }
    const query = 'facet.colour=red,blue&facet.material=oak&inStock=true'
    expect((await shop.get(`/api/products?${query}`)).body).toEqual(await list(filter))
    expect(
      (await shop.get(`/api/products?facet.colour=red&facet.colour=blue&facet.material=oak&inStock=true`)).body,
    ).toEqual(await list(filter))
    expect((await shop.get(`/api/facets?${query}`)).body).toEqual(await shop.trpc.catalog.product.facets.query(filter))
    expect((await shop.get('/api/suggest?text=rea&limit=2')).body).toEqual(await suggest('rea', 2))
  })

  it.each([
    '/api/products?inStock=yes',
    '/api/products?facet.colour=',
    '/api/products?facet.=red',
    '/api/products?facet.colour=RED!',
    '/api/facets?sort=price',
    '/api/suggest',
    '/api/suggest?text=a&text=b',
  ])('given GET %s, when answered, then 400 INVALID_INPUT', async (path) => {
    const { status, body } = await shop.get(path)
    expect([status, body.error.reason]).toEqual([400, 'INVALID_INPUT'])
  })
})
