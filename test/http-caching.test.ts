/** What HTTP's caches are told, over REST and tRPC alike. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { staffToken, startTestApp, type TestApp } from './support/app.ts'
import { insertCategory, insertProduct } from './support/catalog.ts'
import { eventually, settled } from './support/eventually.ts'
import { insertPriced } from './support/pricing.ts'
import { send } from './support/two-ways.ts'

let shop: TestApp
beforeAll(async () => {
  shop = await startTestApp()
  await insertCategory(shop.sql, 'lamps')
  await insertProduct(shop.sql, { slug: 'blue-mug', title: 'Grüner Becher' })
  await insertProduct(shop.sql, { slug: 'large', description: 'a long story, told again and again. '.repeat(400) })
  await settled(shop.sql)
})
afterAll(() => shop.stop())

const trpc = (path: string, input?: unknown) =>
  `/trpc/${path}${input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`}`
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') => {
  const { port } = new URL(shop.base)
  return send(Number(port), { method, path, headers })
}
const asked = [
  ['REST', '/api/products/blue-mug'],
  ['tRPC', trpc('catalog.product.bySlug', { slug: 'blue-mug' })],
  ['a list over REST', '/api/products?limit=2'],
  ['a list over tRPC', trpc('catalog.product.list', { limit: 2 })],
  ['the tree', trpc('catalog.category.tree')],
] as const

describe('a public read', () => {
  it.each(asked)('given %s, when asked again with its ETag, then 304 without a body', async (_name, path) => {
    const first = await ask(path)
    const { etag } = first.headers
    expect([first.status, first.headers['cache-control']]).toEqual([200, 'public, max-age=0, must-revalidate'])
    expect(etag).toMatch(/^"[\w-]{27}"$/)
    for (const given of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await ask(path, { 'if-none-match': String(given) })
      expect([again.status, again.body, again.headers.etag]).toEqual([304, '', etag])
      expect(again.headers['cache-control']).toBe('public, max-age=0, must-revalidate')
    }
    for (const given of ['"other"', '', 'junk', `"x${String(etag).slice(1)}`]) {
      expect((await ask(path, { 'if-none-match': given })).status).toBe(200)
    }
  })

  it.each(asked)('given %s, when asked by HEAD, then the headers of GET, without a body', async (_name, path) => {
    const got = await ask(path)
    const head = await ask(path, {}, 'HEAD')
    expect([head.status, head.body]).toEqual([200, ''])
    for (const name of ['etag', 'content-length', 'content-type', 'cache-control']) {
      expect(head.headers[name], name).toBe(got.headers[name])
    }
  })

  it('given REST and tRPC, when the same product is asked for, then both answer the same', async () => {
    const rest = JSON.parse((await ask('/api/products/blue-mug')).body)
    const { result } = JSON.parse((await ask(trpc('catalog.product.bySlug', { slug: 'blue-mug' }))).body)
    expect(result.data).toEqual(rest)
    expect(rest).not.toHaveProperty('changesAt') // of the cache's value, and in no answer
  })

  it('[G4] given a title that changes, when acknowledged, then the old ETag is worth nothing at once', async () => {
    const path = trpc('catalog.product.bySlug', { slug: 'large' })
    for (let round = 0; round < 5; round++) {
      const before = await ask(path)
      const { id, version } = JSON.parse(before.body).result.data
      const response = await fetch(`${shop.base}/trpc/catalog.product.update`, {
        method: 'POST',
        headers: { authorization: `Bearer ${staffToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ id, expectedVersion: version, title: `Title ${round}` }),
      })
      expect(response.status, await response.text()).toBe(200)
      const after = await ask(path, { 'if-none-match': String(before.headers.etag) })
      expect([after.status, JSON.parse(after.body).result.data.title]).toEqual([200, `Title ${round}`])
      expect(after.headers.etag).not.toBe(before.headers.etag)
    }
  })

  it('given a cache, when it misses, hits in Redis and hits nearby, then Cache-Status says so', async () => {
    await insertProduct(shop.sql, { slug: 'fresh' })
    await settled(shop.sql)
    const path = '/api/products/fresh'
    expect((await ask(path)).headers['cache-status']).toBe('product; fwd=miss')
    await eventually(async () => {
      expect((await ask(path)).headers['cache-status']).toMatch(/^product; hit; ttl=\d{3}; detail=redis$/)
    })
    await eventually(async () => {
      expect((await ask(path)).headers['cache-status']).toMatch(/^product; hit; ttl=\d{3}; detail=near$/)
    })
    expect((await ask(path)).headers['server-timing']).toMatch(/^total;dur=[\d.]+$/)
  })

  it('given an answer of many keys, when one of them misses, then Cache-Status says so; when all are there, it is a hit', async () => {
    const { variantId: first } = await insertPriced(shop, 'one-of-many')
    const { variantId: second } = await insertPriced(shop, 'another-of-many')
    await settled(shop.sql)
    const quote = (...variantIds: string[]) =>
      ask(
        trpc('pricing.quote', { currency: 'USD', lines: variantIds.map((variantId) => ({ variantId, quantity: 1 })) }),
      )
    expect((await quote(first)).headers['cache-status']).toBe('price; fwd=miss')
    await eventually(async () => expect((await quote(first)).headers['cache-status']).toMatch(/^price; hit/))
    expect((await quote(first, second)).headers['cache-status']).toMatch(/^price; fwd=miss/)
    await eventually(async () =>
      expect((await quote(first, second)).headers['cache-status']).toMatch(/^price; hit; ttl=\d+/),
    )
  })

  it('given a large answer, when compression is taken, then it is compressed, with an ETag of its own', async () => {
    for (const path of ['/api/products/large', trpc('catalog.product.bySlug', { slug: 'large' })]) {
      const plain = await ask(path)
      const raw = async (encoding: string) => {
        const response = await fetch(shop.base + path, { headers: { 'accept-encoding': encoding } })
        return { response, text: await response.text() }
      }
      const tags = new Set([plain.headers.etag])
      for (const encoding of ['br', 'gzip']) {
        const { response, text } = await raw(encoding)
        expect([response.headers.get('content-encoding'), text]).toEqual([encoding, plain.body])
        expect(Number(response.headers.get('content-length'))).toBeLessThan(plain.body.length / 4)
        expect(response.headers.get('vary')).toMatch(/accept-encoding/)
        const etag = String(response.headers.get('etag'))
        tags.add(etag)
        expect((await ask(path, { 'if-none-match': etag, 'accept-encoding': encoding })).status).toBe(304)
      }
      expect(tags.size).toBe(3)
      expect((await raw('identity')).response.headers.get('content-encoding')).toBeNull()
      expect((await raw('br;q=0, gzip;q=0')).response.headers.get('content-encoding')).toBeNull()
    }
  })
})

describe('what nobody may keep', () => {
  it.each([
    ['an error over REST', '/api/products/nothing', {}],
    ['an error over tRPC', trpc('catalog.product.bySlug', { slug: 'nothing' }), {}],
    ['bad input', trpc('catalog.product.bySlug', { slug: 1 }), {}],
    ['a token that is nobody’s', trpc('session.me'), { authorization: 'Bearer nonsense' }],
    ['what is for staff', trpc('analytics.overview'), { authorization: `Bearer ${staffToken}` }],
    ['a batch', '/trpc/catalog.category.tree,catalog.category.tree?batch=1', {}],
    ['a stream', '/trpc/catalog.category.tree?batch=1', { 'trpc-accept': 'application/jsonl' }],
    ['an unknown procedure', '/trpc/nothing', {}],
    ['a refused form', '/trpc/a/b', {}],
    ['nothing', '/nothing', {}],
  ] as const)('given %s, when answered, then private, no-store, and no ETag', async (_name, path, headers) => {
    const { headers: got } = await ask(path, headers)
    expect([got['cache-control'], got.etag]).toEqual(['private, no-store', undefined])
  })
})

describe('HTTP_MAX_AGE', () => {
  it('given 5 s, when a public read is answered, then HTTP’s caches may keep it that long', async () => {
    const lenient = await startTestApp({ HTTP_MAX_AGE: '5' })
    const { headers } = await lenient.get('/api/categories')
    await lenient.stop()
    expect(headers.get('cache-control')).toBe('public, max-age=5, stale-while-revalidate=5')
  })
})
