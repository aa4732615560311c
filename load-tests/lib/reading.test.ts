import { describe, expect, it } from 'vitest'
import { cacheStatusOf } from './cache-status.ts'
import { sumOf } from './exposition.ts'
import { randomOf } from './random.ts'
import { batchUrl, parse, resultOf } from './trpc.ts'

describe('what answers say', () => {
  it.each([
    [undefined, 'other'],
    ['product; hit; ttl=300; detail=near', 'hit'],
    ['product; hit; ttl=-2; detail=redis', 'stale'],
    ['product; fwd=miss', 'miss'],
    ['product; fwd=miss; collapsed', 'miss'],
    ['product; fwd=bypass', 'other'],
    ['product; fwd=miss, edge; hit', 'hit'],
    ['hitparade; fwd=uri-miss', 'miss'],
  ])('given the Cache-Status %j, when read, then it is a %s', (header, status) => {
    expect(cacheStatusOf(header)).toBe(status)
  })

  it.each([
    ['{"result":{"data":null}}', 200, { data: null, reason: undefined }],
    ['{"error":{"data":{"code":"NOT_FOUND","reason":"PRODUCT_NOT_FOUND"}}}', 404, { reason: 'PRODUCT_NOT_FOUND' }],
    ['{"error":{"data":{"code":"NOT_FOUND"}}}', 404, { reason: 'NOT_FOUND' }],
    ['', 0, { reason: 'NO_ANSWER' }],
    ['<html>', 502, { reason: 'UNREADABLE' }],
  ])('given the answer %j (%d), when read, then it is %j', (body, status, result) => {
    expect(resultOf(parse(body), status)).toMatchObject(result)
  })

  it('given a batch, when sent, then each call has its own input', () => {
    const url = new URL(batchUrl('http://a', [{ procedure: 'one' }, { procedure: 'two', input: { id: '&' } }]))
    expect(url.pathname).toBe('/trpc/one,two')
    expect(JSON.parse(url.searchParams.get('input') ?? '')).toEqual({ 1: { id: '&' } })
  })

  it('given metrics, when summed, then only those of that name with those labels count', () => {
    const text =
      'hits_total{cache="a",tier="near"} 2\nhits_total{cache="a",tier="redis"} 3\nhits_total{cache="b"} 4\nhits 9'
    expect([sumOf(text, 'hits_total', { cache: 'a' }), sumOf(text, 'hits_total'), sumOf(text, 'hits')]).toEqual([
      5, 9, 9,
    ])
  })
})

describe('chance in a run', () => {
  const draws = (seed: number, iteration: number) => {
    const random = randomOf(seed, iteration)
    return [random.next(), random.next()]
  }

  it('given a seed and the number of an iteration, when drawn again, then it is the same', () => {
    expect(draws(1, 7)).toEqual(draws(1, 7))
  })

  it('given other seeds or iterations, those of the warm-up too, when drawn, then all are different', () => {
    const all = [1, 2, 3].flatMap((seed) => [-2, -1, 0, 1, 2, 1_000].map((iteration) => draws(seed, iteration)[0]))
    expect(new Set(all).size).toBe(all.length)
  })
})
