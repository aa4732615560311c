/**
 * What the history must cover is asked of the real application. Whether it does is checked by matrix.test.ts, on the run
 * that it makes anyway.
 */
import { describe, expect, inject, it } from 'vitest'
import { type Covered, declaredBy, uncovered } from '../../scripts/reliability/coverage.ts'

const declared = await declaredBy({ DATABASE_URL: inject('templateUrl'), REDIS_URL: inject('redisUrl') })
const { caches, mutations } = declared

const once = (names: string[]) => new Map(names.map((name) => [name, 1]))
const all = (): Covered => ({ checked: once(caches), counted: once(caches), answered: once(mutations) })

describe('[case 26] what the history must cover', () => {
  it('given the application, when asked, then it names its caches and its mutations', () => {
    expect(caches).toEqual(expect.arrayContaining(['product', 'category-tree', 'price', 'session', 'overview']))
    expect(mutations).toEqual(expect.arrayContaining(['catalog.category.update', 'cache.invalidate', 'user.disable']))
    expect(mutations).not.toContain('catalog.product.bySlug')
  })

  it('given a history of everything, when compared, then nothing is missing', () => {
    expect(uncovered(declared, all())).toEqual([])
  })

  it.each(mutations)('given a history without %s, when compared, then it is named', (mutation) => {
    expect(uncovered(declared, { ...all(), answered: once(mutations.filter((name) => name !== mutation)) })).toEqual([
      `${mutation} was never acknowledged`,
    ])
  })

  it.each(caches)('given a history without the cache %s, when compared, then it is named', (cache) => {
    const others = once(caches.filter((name) => name !== cache))
    expect(uncovered(declared, { ...all(), checked: others })).toEqual([`no answer from cache ${cache} was checked`])
    expect(uncovered(declared, { ...all(), counted: others })).toEqual([`no process counted a read of cache ${cache}`])
  })
})
