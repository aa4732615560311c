/** The same in k6, if it is here (K6_BIN, .k6/, PATH; `npm run k6` builds it), and whether both engines agree. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scenarioNames } from '../load-tests/engine-node/load-scenario.ts'
import { k6 } from './support/k6.ts'
import { brokenIn, openShop, type Shop, tryInK6, tryInNode } from './support/load.ts'
import { startSlowProxy } from './support/slow-proxy.ts'

if (!k6) console.warn('skipped: the load scenarios in k6, since there is none (npm run k6 builds it with Go)')

describe.skipIf(!k6)('the load scenarios, in k6', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await openShop()
  })
  afterAll(() => shop?.stop())

  it.each(scenarioNames())('given %s, when it runs for a moment, then what it promises holds', async (name) => {
    const summary = await tryInK6(k6, name, shop.base, { MAX_VUS: '30' })
    expect({ broken: brokenIn(summary), errors: summary.errors }).toEqual({ broken: [], errors: 0 })
    expect(Object.keys(summary.checks).length).toBeGreaterThan(0)
    expect(summary.requests).toBeGreaterThan(10)
  })

  it('given flash-sale, when both engines run it, then both send the same and find the same', async () => {
    const env = { WARM_UP: '0', RATE: '30' }
    const inK6 = await tryInK6(k6, 'flash-sale', shop.base, env)
    const inNode = await tryInNode('flash-sale', shop.base, env)
    expect(brokenIn(inK6)).toEqual([])
    expect(Math.abs(inK6.iterations - inNode.iterations)).toBeLessThanOrEqual(2)
    expect(inK6.counters).toMatchObject({ granted: inNode.counters.granted, sold: inNode.counters.sold })
    expect(Object.keys(inK6.checks).sort()).toEqual(Object.keys(inNode.checks).sort())
  })

  it('given a server that is slow by a known amount, when both engines measure it, then they agree', async () => {
    const env = { DURATION: '3', WARM_UP: '0', RATE: '40' }
    const delayOf = (n: number) => (n % 10 === 0 ? 900 : 200)
    const inK6 = await tryInK6(k6, 'catalog-read', await startSlowProxy(shop.base, delayOf), env)
    const inNode = await tryInNode('catalog-read', await startSlowProxy(shop.base, delayOf), env)
    expect(Math.abs(inK6.iterations - inNode.iterations)).toBeLessThanOrEqual(2)
    for (const { latencyMs } of [inK6, inNode]) {
      expect(latencyMs.p50).toBeGreaterThanOrEqual(199)
      expect(latencyMs.p95).toBeGreaterThanOrEqual(899)
    }
    // Whatever else this machine does meanwhile is small beside that.
    expect(inK6.latencyMs.p50 / inNode.latencyMs.p50).toBeCloseTo(1, 0)
    expect(inK6.latencyMs.p95 / inNode.latencyMs.p95).toBeCloseTo(1, 0)
    for (const [procedure, { count }] of Object.entries(inNode.byProcedure))
      expect(Math.abs(count - (inK6.byProcedure[procedure]?.count ?? 0))).toBeLessThanOrEqual(2)
  })
})
