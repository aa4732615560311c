/** Answers beside their objects: the same object, the same bytes; another object, another answer. */
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { answerOf, etagOf, once, onceEach } from '../src/platform/answers/kept.ts'
import { startTestApp } from './support/app.ts'
import { testCache } from './support/cache.ts'
import { insertProduct } from './support/catalog.ts'
import { eventually, settled } from './support/eventually.ts'

const schema = z.object({ a: z.string() })

describe('once', () => {
  it('given an object, when checked twice, then the schema is asked once, and what it strips stays away', () => {
    const check = vi.spyOn(schema, 'parse')
    const kept = once(schema)
    const value = { a: 'x', secret: 1 }
    const first = kept.parse(value)
    expect(kept.parse(value)).toBe(first)
    expect(first).toEqual({ a: 'x' })
    expect(check).toHaveBeenCalledTimes(1)
    expect(kept.parse({ ...value })).not.toBe(first)
  })

  it('given an object that does not fit, when checked again, then it is refused again', () => {
    const kept = once(schema)
    const value = { a: 1 }
    expect(() => kept.parse(value)).toThrow()
    expect(() => kept.parse(value)).toThrow()
  })

  it('given what is no object, when checked, then the schema answers', () => {
    expect(once(z.string().nullable()).parse(null)).toBeNull()
    expect(() => once(z.string()).parse(1)).toThrow()
  })

  it('given an object of which a part fits as it is, when checked, then there is one copy of that part', () => {
    const parts = { a: { b: [1, 2] }, c: [{ d: 'x', secret: 1 }], e: { f: 1, g: undefined } }
    const kept = once(
      z.object({
        a: z.object({ b: z.array(z.number()) }),
        c: z.array(z.object({ d: z.string() })),
        e: z.object({ f: z.number(), h: z.undefined().optional() }),
      }),
    )
    const output = kept.parse(parts)
    expect(output).toEqual({ a: { b: [1, 2] }, c: [{ d: 'x' }], e: { f: 1 } })
    expect(output.a).toBe(parts.a)
    expect(output.c).not.toBe(parts.c)
    expect(output.e).not.toBe(parts.e)
  })

  it('given a part that nobody may touch, when the schema hands it on as it is, then it stays so', () => {
    const value = { a: 'x', rest: Object.freeze({ deep: Object.freeze([1]) }) }
    const kept = once(z.object({ a: z.string(), rest: z.unknown() }))
    expect(kept.parse(value).rest).toBe(value.rest)
  })

  it('given an object that was checked and answered, when looked at, then it is as it was', () => {
    const value = { a: 'x' }
    answerOf(once(schema).parse(value), JSON.stringify)
    expect([Object.keys(value), JSON.stringify(value), { ...value }]).toEqual([['a'], '{"a":"x"}', { a: 'x' }])
  })

  it('given two schemas and one object, when checked by both, then each gives its own output', () => {
    const value = { a: 'x', b: 'y' }
    const other = once(z.object({ b: z.string() }))
    expect([once(schema).parse(value), other.parse(value)]).toEqual([{ a: 'x' }, { b: 'y' }])
  })

  it('given one of its outputs, when encoded twice, then once; given any other object, then each time', () => {
    const encode = vi.fn(JSON.stringify)
    const output = once(schema).parse({ a: 'é' })
    expect(answerOf(output, encode)).toBe(answerOf(output, encode))
    expect(encode).toHaveBeenCalledTimes(1)
    expect(answerOf(output, encode)).toMatchObject({ json: '{"a":"é"}', bytes: 10, kept: true })
    const other = { a: 'é' }
    expect(answerOf(other, encode)).not.toBe(answerOf(other, encode))
    expect(etagOf(answerOf(other, encode))).toBe(etagOf(answerOf(output, encode)))
    expect(etagOf(answerOf({ a: 'e' }, encode))).not.toBe(etagOf(answerOf(output, encode)))
  })
})

describe('onceEach', () => {
  const item = z.object({ a: z.string() })
  const page = z.object({ items: z.array(item), nextCursor: z.string().nullable() })

  it.each([[[]], [[{ a: 'é', secret: 1 }]], [[{ a: 'x' }, { a: 'y' }, { a: 'x' }]]])(
    'given the items %j, when put together, then it is what the whole would be, to the byte',
    (items) => {
      for (const nextCursor of [null, 'ü']) {
        const output = onceEach(page, once(item)).parse({ items, nextCursor, secret: 2 })
        expect(output).toEqual(page.parse({ items, nextCursor }))
        const json = JSON.stringify(page.parse({ items, nextCursor }))
        expect(answerOf(output, JSON.stringify)).toEqual({ json, bytes: Buffer.byteLength(json), kept: false })
      }
    },
  )

  it('given a page without anything else, when put together, then it is what the whole would be', () => {
    const bare = z.object({ items: z.array(item) })
    expect(answerOf(onceEach(bare, once(item)).parse({ items: [{ a: 'x' }] }), JSON.stringify).json).toBe(
      '{"items":[{"a":"x"}]}',
    )
  })

  it('given an item that was on another page, when answered again, then it is neither checked nor encoded again', () => {
    const check = vi.spyOn(item, 'parse')
    const encode = vi.fn(JSON.stringify)
    const pages = onceEach(page, once(item))
    const shared = { a: 'x' }
    const answer = () => answerOf(pages.parse({ items: [shared], nextCursor: null }), encode)
    const [first, again] = [answer(), answer()]
    expect(again).toEqual(first)
    expect(check).toHaveBeenCalledTimes(1)
    expect(encode.mock.calls.filter(([value]) => 'a' in value)).toHaveLength(1)
  })

  it.each([null, 'text', {}, { items: 1 }, { items: [{ a: 1 }], nextCursor: null }, { items: [] }])(
    'given %j, which is no page, when checked, then it is refused',
    (value) => {
      expect(() => onceEach(page, once(item)).parse(value)).toThrow(z.ZodError)
    },
  )
})

describe('decodeOnce', () => {
  const open = async () => {
    const { cache, count } = await testCache()
    const source = { value: { a: 'old' } }
    const load = vi.fn(async () => ({ ...source.value }))
    const read = cache.aside('thing', { tier: 'catalog', key: (key: string) => key, load, decodeOnce: true })
    await read.get('k')
    await eventually(() => expect(count('fill')).toBe(1))
    return { read, source, count }
  }

  it('given the same bytes in Redis, when read again, then the same object, and Redis was asked each time', async () => {
    const { read, count } = await open()
    const first = await read.get('k')
    expect(await read.get('k')).toBe(first)
    expect([first, count('hit')]).toEqual([{ a: 'old' }, 2])
  })

  it('[G4] given a change that is acknowledged, when read at once, then the new value', async () => {
    const { read, source } = await open()
    await read.get('k')
    for (const a of ['new', 'newer', 'old']) {
      source.value = { a }
      await read.invalidate(['k'])
      expect(await read.get('k')).toEqual({ a })
      expect(await read.get('k')).toEqual({ a })
    }
  })
})

describe('what the near cache holds', () => {
  it('given a value that is frozen to its depth, when it is answered in all ways there are, then nobody tries to change it', async () => {
    const shop = await startTestApp()
    await insertProduct(shop.sql, { slug: 'blue-mug' })
    await settled(shop.sql)
    const { products, tree } = shop.app.catalog.caches
    await eventually(async () => {
      await products.get('blue-mug')
      await tree.get()
      expect(products.peek('blue-mug')).toBeDefined()
      expect(tree.peek()).toBeDefined()
    })
    freeze(products.peek('blue-mug'))
    freeze(tree.peek())
    for (const path of ['/api/products/blue-mug', '/api/products', '/api/categories', '/trpc/catalog.category.tree']) {
      for (let turn = 0; turn < 2; turn++) expect((await shop.get(path)).status, path).toBe(200)
    }
    expect(await shop.trpc.catalog.product.bySlug.query({ slug: 'blue-mug' })).toMatchObject({ slug: 'blue-mug' })
    expect(Object.isFrozen(products.peek('blue-mug'))).toBe(true) // it was this very object, all the time
    await shop.stop()
  })

  it('given a product, when it is answered, then what is kept for the next answer shares its variants', async () => {
    const shop = await startTestApp()
    await insertProduct(shop.sql, { slug: 'blue-mug' })
    await settled(shop.sql)
    const { products } = shop.app.catalog.caches
    await eventually(async () => {
      expect((await shop.get('/api/products/blue-mug')).status).toBe(200)
      expect(products.peek('blue-mug')).toBeDefined()
    })
    await shop.get('/api/products/blue-mug')
    const product = products.peek('blue-mug') as unknown as Record<symbol | string, unknown>
    const [made] = Object.getOwnPropertySymbols(product).map((symbol) => product[symbol] as typeof product)
    expect(made).toMatchObject({ slug: 'blue-mug' })
    expect(made?.variants).toBe(product.variants)
    await shop.stop()
  })
})

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  Object.values(value).forEach(freeze)
}
