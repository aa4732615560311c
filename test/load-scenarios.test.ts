/** Every load scenario for a moment, on the real application: does it still say what it is there for? */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { scenarioNames } from '../load-tests/engine-node/load-scenario.ts'
import { brokenIn, openShop, type Shop, tryInNode } from './support/load.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.stop())

describe('the load scenarios, in Node', () => {
  it.each(scenarioNames())('given %s, when it runs for a moment, then what it promises holds', async (name) => {
    const summary = await tryInNode(name, shop.base)
    expect({ broken: brokenIn(summary), failed: summary.errorSamples }).toEqual({ broken: [], failed: [] })
    expect(Object.keys(summary.checks).length).toBeGreaterThan(0)
    expect(summary.requests).toBeGreaterThan(10)
  })

  it.each(['catalog-write', 'invalidation'])(
    'given a server whose caches do not follow, when %s runs, then it says so',
    async (name) => {
      const careless = await shop.start({ CACHE_DISABLE: 'invalidation,warming' })
      onTestFinished(careless.stop)
      const summary = await tryInNode(name, careless.base)
      expect(brokenIn(summary).map(({ name }) => name)).toEqual(
        expect.arrayContaining([expect.stringMatching(/^checks/)]),
      )
      expect(summary.counters.staleReads).toBeGreaterThan(0)
    },
  )

  it('given a server without coalescing, when the stampede runs, then its loads are many', async () => {
    const careless = await shop.start({ CACHE_MODE: 'naive' })
    onTestFinished(careless.stop)
    const { counters, thresholds } = await tryInNode('stampede', careless.base)
    expect((counters.loads ?? 0) / (counters.expiries ?? 1)).toBeGreaterThan(1.5)
    expect(thresholds).toContainEqual(expect.objectContaining({ name: expect.stringMatching(/loads/), ok: false }))
  })
})
