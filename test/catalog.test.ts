import { TRPCClientError } from '@trpc/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/app.ts'
import { insertCategory, insertProduct } from './support/catalog.ts'

let shop: TestApp
const ids: Record<string, string> = {}

beforeAll(async () => {
  shop = await startTestApp()
  const home = await insertCategory(shop.sql, 'home')
  const lamps = await insertCategory(shop.sql, 'lamps', 'home')
  await insertCategory(shop.sql, 'homeware')
  const add = async (slug: string, rest = {}) => {
    ids[slug] = await insertProduct(shop.sql, { slug, ...rest })
  }
  await add('reading-lamp', {
    title: 'Reading Lamp',
    categoryId: lamps,
    prices: [3_000, 2_500],
    createdAt: '2026-01-01',
  })
  await add('desk-lamp', { title: 'desk lamp', categoryId: lamps, prices: [1_500], createdAt: '2026-01-02' })
  await add('blue-mug', {
    title: 'Blue Mug',
    categoryId: home,
    prices: [900],
    createdAt: '2026-01-03',
    description: 'For chocolate.',
  })
  await add('red-mug', { title: 'Red Mug', prices: [900], createdAt: '2026-01-03' })
  await add('secret-mug', { title: 'Secret Mug', status: 'draft', createdAt: '2026-01-04' })
})
afterAll(() => shop.stop())

const slugs = (page: { items: { slug: string }[] }) => page.items.map((item) => item.slug)
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => (error instanceof TRPCClientError ? error.data : error),
  )

describe('one product', () => {
  it('given a product, when read by slug, then it comes with variants and integer prices', async () => {
    const product = await shop.trpc.catalog.product.bySlug.query({ slug: 'reading-lamp' })
    expect(product).toMatchObject({
      slug: 'reading-lamp',
      title: 'Reading Lamp',
      version: 1,
      category: { slug: 'lamps', path: '/home/lamps/' },
      variants: [
        { sku: 'reading-lamp-0', title: 'Variant 0', options: [], prices: [{ currency: 'USD', amountMinor: 3_000 }] },
        { sku: 'reading-lamp-1', prices: [{ currency: 'USD', amountMinor: 2_500 }] },
      ],
    })
    expect(await shop.trpc.catalog.product.byId.query({ id: product.id })).toEqual(product)
  })

  it('given no such product, or a draft, when read, then NOT_FOUND with a stable reason', async () => {
    for (const slug of ['nothing', 'secret-mug']) {
      expect(await failure(shop.trpc.catalog.product.bySlug.query({ slug }))).toMatchObject({
        code: 'NOT_FOUND',
        httpStatus: 404,
        reason: 'PRODUCT_NOT_FOUND',
      })
    }
    const id = '01890a5d-ac96-774b-bcce-b302099a8057'
    expect(await failure(shop.trpc.catalog.product.byId.query({ id }))).toMatchObject({ code: 'NOT_FOUND' })
  })

  it('given ids, some unknown, when read together, then the order is kept and the unknown are null', async () => {
    const unknown = '01890a5d-ac96-774b-bcce-b302099a8057'
    const wanted = [ids['blue-mug'], unknown, ids['desk-lamp'], ids['secret-mug'], ids['blue-mug']] as string[]
    const products = await shop.trpc.catalog.product.byIds.query({ ids: wanted })
    expect(products.map((product) => product?.slug)).toEqual([
      'blue-mug',
      undefined,
      'desk-lamp',
      undefined,
      'blue-mug',
    ])
  })

  it('given a product read before, when read again, then it comes from Redis', async () => {
    const count = (type: string) => shop.events.filter((event) => event.type === type).length
    await shop.trpc.catalog.product.bySlug.query({ slug: 'red-mug' })
    const [loads, hits] = [count('load'), count('hit')]
    await shop.trpc.catalog.product.bySlug.query({ slug: 'red-mug' })
    expect([count('load'), count('hit')]).toEqual([loads, hits + 1])
  })
})

describe('the list', () => {
  const list = (input: Parameters<typeof shop.trpc.catalog.product.list.query>[0] = {}) =>
    shop.trpc.catalog.product.list.query(input)

  it('given no wishes, when listed, then active products come newest first', async () => {
    expect(slugs(await list()).slice(2)).toEqual(['desk-lamp', 'reading-lamp'])
    expect(
      slugs(await list())
        .slice(0, 2)
        .sort(),
    ).toEqual(['blue-mug', 'red-mug'])
  })

  it.each([
    ['title', ['blue-mug', 'desk-lamp', 'reading-lamp', 'red-mug']],
    ['price', ['blue-mug', 'red-mug', 'desk-lamp', 'reading-lamp']],
    ['price-desc', ['reading-lamp', 'desk-lamp', 'red-mug', 'blue-mug']],
  ] as const)('given the order %s, when listed, then it is kept, page by page', async (sort, expected) => {
    expect(slugs(await list({ sort }))).toEqual(expected)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await list({ sort, limit: 1, ...(cursor && { cursor }) })
      seen.push(...slugs(page))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(seen).toEqual(expected)
  })

  it('given products of the same moment, when paged one by one, then none is lost or doubled', async () => {
    const first = await list({ limit: 1 })
    const second = await list({ limit: 1, cursor: first.nextCursor ?? '' })
    expect([...slugs(first), ...slugs(second)].sort()).toEqual(['blue-mug', 'red-mug'])
  })

  it('given a category, when listed, then its whole subtree is in, and its namesakes are not', async () => {
    expect(slugs(await list({ category: 'home', sort: 'title' }))).toEqual(['blue-mug', 'desk-lamp', 'reading-lamp'])
    expect(slugs(await list({ category: 'lamps', sort: 'title' }))).toEqual(['desk-lamp', 'reading-lamp'])
    expect(slugs(await list({ category: 'homeware' }))).toEqual([])
    expect(await failure(list({ category: 'nowhere' }))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'CATEGORY_NOT_FOUND',
    })
  })

  it('given a price range, when listed, then the lowest price of a product decides', async () => {
    expect(slugs(await list({ priceMin: 1_500, priceMax: 2_500, sort: 'price' }))).toEqual([
      'desk-lamp',
      'reading-lamp',
    ])
    expect(slugs(await list({ priceMin: 2_501 }))).toEqual([])
    expect(slugs(await list({ priceMin: 0, currency: 'EUR' }))).toEqual([])
  })

  it('given a text, when listed, then words are found in title and description, and titles despite a typo', async () => {
    expect(slugs(await list({ text: 'lamps' })).sort()).toEqual(['desk-lamp', 'reading-lamp'])
    expect(slugs(await list({ text: 'chocolates' }))).toEqual(['blue-mug'])
    expect(slugs(await list({ text: 'readng lamp' }))[0]).toBe('reading-lamp')
    expect(slugs(await list({ text: 'submarine' }))).toEqual([])
  })

  it('given a word that some products have, when listed, then products with a merely similar title are not in', async () => {
    await insertProduct(shop.sql, {
      slug: 'lamar-block',
      title: 'Lamar Block',
      status: 'active',
      createdAt: '2020-01-01',
    })
    expect(slugs(await list({ text: 'lamp' })).sort()).toEqual(['desk-lamp', 'reading-lamp'])
    await shop.sql.query(`DELETE FROM product WHERE slug = 'lamar-block'`)
  })

  it('given a relevance list, when paged one by one, then it is the same list', async () => {
    const all = slugs(await list({ text: 'mug or lamp' }))
    expect(all).toHaveLength(4)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await list({ text: 'mug or lamp', limit: 1, ...(cursor && { cursor }) })
      seen.push(...slugs(page))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(seen).toEqual(all)
  })

  it('given a cursor that is broken, or of another list, when used, then CURSOR_INVALID', async () => {
    const { nextCursor } = await list({ sort: 'price', limit: 1 })
    const forged = Buffer.from(JSON.stringify(['xxxxxxxx', 1e300, ids['blue-mug']])).toString('base64url')
    const uses = [
      { cursor: 'nonsense' },
      { cursor: forged },
      { sort: 'price' as const, cursor: `${nextCursor?.slice(0, -4)}` },
      { sort: 'price-desc' as const, cursor: nextCursor ?? '' },
      { sort: 'price' as const, priceMax: 5_000, cursor: nextCursor ?? '' },
    ]
    for (const input of uses) {
      expect(await failure(list(input))).toMatchObject({ code: 'BAD_REQUEST', reason: 'CURSOR_INVALID' })
    }
  })

  it.each([
    [{ limit: 0 }, 'limit'],
    [{ limit: 101 }, 'limit'],
    [{ limit: 1.5 }, 'limit'],
    [{ priceMin: -1 }, 'priceMin'],
    [{ priceMin: 2, priceMax: 1 }, 'priceMin'],
    [{ text: '' }, 'text'],
    [{ text: '  ', sort: 'relevance' as const }, 'text'],
    [{ text: 'a\0b' }, 'text'],
    [{ text: 'x'.repeat(201) }, 'text'],
    [{ currency: 'dollars' }, 'currency'],
    [{ sort: 'relevance' as const }, 'sort'],
  ])('given the input %j, when listed, then BAD_REQUEST names the field %s', async (input, field) => {
    const data = await failure(list(input))
    expect(data).toMatchObject({ code: 'BAD_REQUEST', reason: 'INVALID_INPUT' })
    expect(data.issues.map((issue: { path: string }) => issue.path)).toContain(field)
  })
})

describe('categories', () => {
  it('given categories, when the tree is read, then children are below their parents', async () => {
    const tree = await shop.trpc.catalog.category.tree.query()
    expect(tree.map(({ slug, children }) => [slug, children.map((child) => child.slug)])).toEqual([
      ['home', ['lamps']],
      ['homeware', []],
    ])
  })

  it('given a category, when read by slug, then it knows its ancestors and children', async () => {
    const lamps = await shop.trpc.catalog.category.bySlug.query({ slug: 'lamps' })
    expect(lamps).toMatchObject({ slug: 'lamps', ancestors: [{ slug: 'home' }], children: [] })
    const unknown = shop.trpc.catalog.category.bySlug.query({ slug: 'nowhere' })
    expect(await failure(unknown)).toMatchObject({ code: 'NOT_FOUND', reason: 'CATEGORY_NOT_FOUND' })
  })
})

describe('REST', () => {
  it('given the same catalog, when read by REST, then the answers are those of tRPC', async () => {
    expect((await shop.get('/api/products/blue-mug')).body).toEqual(
      await shop.trpc.catalog.product.bySlug.query({ slug: 'blue-mug' }),
    )
    const page = await shop.get<{ items: { slug: string }[] }>(
      '/api/products?category=lamps&sort=price&limit=1&priceMin=1000',
    )
    expect(page.status).toBe(200)
    expect(slugs(page.body)).toEqual(['desk-lamp'])
    expect((await shop.get('/api/categories')).body).toEqual(await shop.trpc.catalog.category.tree.query())
    expect((await shop.get('/api/categories/lamps')).body).toMatchObject({ ancestors: [{ slug: 'home' }] })
  })

  it.each([
    ['priceMin=1.5', 'expected int, received number'],
    ['priceMin=99999999999999999', 'Too big: expected number to be <=1000000000000000'],
    ['priceMin=-1', 'Too small: expected number to be >=0'],
    ['priceMin=2&priceMax=1', 'must not be above priceMax'],
  ])(
    'given GET /api/products?%s, when refused, then the message says what is wrong with it',
    async (query, problem) => {
      const { status, body } = await shop.get(`/api/products?${query}`)
      expect([status, body.error.message]).toEqual([400, expect.stringContaining(problem)])
      if (!query.includes('priceMax')) expect(body.error.message).not.toContain('priceMax')
    },
  )

  it.each([
    ['/api/products/nothing', 404, 'PRODUCT_NOT_FOUND'],
    ['/api/products?limit=abc', 400, 'INVALID_INPUT'],
    ['/api/products?colour=blue', 400, 'INVALID_INPUT'],
    ['/api/products?limit=1&limit=2', 400, 'INVALID_INPUT'],
    ['/api/products?cursor=abc', 400, 'CURSOR_INVALID'],
    ['/api/products/%00', 400, 'INVALID_INPUT'],
    ['/api/products/%zz', 400, 'BAD_REQUEST'],
    ['/api/nothing', 404, 'NOT_FOUND'],
  ])('given GET %s, when answered, then %i %s with a request id', async (path, status, reason) => {
    const answer = await shop.get(path)
    expect(answer.status).toBe(status)
    expect(answer.body.error).toMatchObject({ reason, requestId: answer.headers.get('x-request-id') })
  })
})
