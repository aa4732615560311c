/** What /metrics exposes: everything from the start, and no more however long the application is used. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { slos } from '../load-tests/config/slos.ts'
import { metricNames, serverFaults } from '../src/platform/metric-names.ts'
import { latencyBuckets } from '../src/platform/metrics.ts'
import { startTestApp, type TestApp } from './support/app.ts'
import { insertProduct } from './support/catalog.ts'
import { proper } from './support/junk.ts'
import { adminToken } from './support/staff.ts'

let shop: TestApp
beforeAll(async () => {
  shop = await startTestApp({ RATE_LIMITS: 'on', RATE_LIMIT_READS: '1000000', RATE_LIMIT_WRITES: '1000000' })
})
afterAll(() => shop.stop())

interface Series {
  name: string
  labels: Record<string, string>
  value: number
}

async function scrape(): Promise<Series[]> {
  const text = await (await fetch(`${shop.base}/metrics`)).text()
  return Array.from(text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm), ([, name = '', labels = '', value]) => ({
    name,
    labels: Object.fromEntries(Array.from(labels.matchAll(/(\w+)="([^"]*)"/g), ([, label, text]) => [label, text])),
    value: value === 'Nan' ? Number.NaN : Number(value),
  }))
}

const procedures = () =>
  Object.entries(
    shop.app.router._def.procedures as unknown as Record<string, { _def: { type: string; inputs: z.ZodType[] } }>,
  ).map(([path, { _def }]) => ({ path, type: _def.type, input: _def.inputs[0] }))

const labelsOf = (series: Series[], wanted: string) =>
  series.filter(({ name }) => name === wanted).map(({ labels }) => Object.values(labels).join(' '))

describe('metrics', () => {
  it('given nothing has been asked yet, when scraped, then every known series is there, and at 0', async () => {
    const series = await scrape()
    const counted = series.filter(({ name }) => name === `${metricNames.procedures}_count`)
    const expected = procedures().flatMap(({ path, type }) =>
      ['OK', ...serverFaults].map((code) => `${path} ${type} ${code}`),
    )
    expect(labelsOf(series, `${metricNames.procedures}_count`).sort()).toEqual(expected.sort())
    expect(counted.filter(({ value }) => value !== 0)).toEqual([])
    const caches = shop.app.cache.declarations()
    const misses = labelsOf(series, metricNames.cacheMisses)
    for (const { cache, near } of caches) {
      expect(misses).toContain(cache)
      expect(labelsOf(series, metricNames.cacheHits)).toContain(`${cache} ${near ? 'near' : 'redis'}`)
    }
    expect(labelsOf(series, metricNames.reservations)).toContain('out_of_stock')
  })

  it('given the names, when scraped, then each is a metric that exists, and none is without a value', async () => {
    const text = await (await fetch(`${shop.base}/metrics`)).text()
    const exported = new Set(Array.from(text.matchAll(/^# TYPE (\w+) /gm), ([, name]) => name))
    expect(Object.values(metricNames).filter((name) => !exported.has(name))).toEqual([])
    const own = Object.values<string>(metricNames).filter((name) => !name.startsWith('nodejs_'))
    const unknown = (await scrape()).filter(({ name, value }) => own.includes(name) && !Number.isFinite(value))
    expect(unknown).toEqual([])
  })

  it('given a latency that is promised, when counted, then it is a bucket: nothing is estimated', () => {
    for (const { seconds } of Object.values(slos.latency)) {
      expect(latencyBuckets).toContain(seconds)
      const at = latencyBuckets.indexOf(seconds)
      const [below = 0, above = 0] = [latencyBuckets[at - 1], latencyBuckets[at + 1]]
      expect(above / below, `the buckets around ${seconds} s`).toBeLessThan(3)
    }
  })

  it('given every procedure called with many inputs, when scraped, then the series stay few, and no label is a key, an id or a URL', async () => {
    const slugs = Array.from({ length: 20 }, (_, index) => `lamp-of-many-${index}`)
    for (const slug of slugs) await insertProduct(shop.sql, { slug })
    const before = (await scrape()).length
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${adminToken}` }
    for (const { path, type, input } of procedures()) {
      const inputs = input ? fc.sample(proper(input), 4) : [undefined]
      for (const each of inputs) {
        const json = JSON.stringify(each)?.toWellFormed()
        await (type === 'mutation'
          ? fetch(`${shop.base}/trpc/${path}`, { method: 'POST', headers, body: json ?? '{}' })
          : fetch(`${shop.base}/trpc/${path}${json ? `?input=${encodeURIComponent(json)}` : ''}`, { headers }))
      }
    }
    for (const slug of slugs) {
      await shop.get(`/api/products/${slug}`)
      await shop.get(`/nothing/${slug}`)
      await fetch(`${shop.base}/trpc/${slug}`)
    }
    const series = await scrape()
    const called = series.filter(({ name, value }) => name === `${metricNames.procedures}_count` && value > 0)
    expect(new Set(called.map(({ labels }) => labels.procedure)).size).toBe(procedures().length)
    expect(series.length).toBeLessThan(before * 1.6)
    expect(series.length).toBeLessThan(10_000)
    const values = new Set(series.flatMap(({ labels }) => Object.values(labels)))
    const dynamic = /lamp-of-many|[0-9a-f]{8}-[0-9a-f]{4}|[/?%@]|:\d|\.\.\/|\d{6}/
    expect([...values].filter((value) => dynamic.test(value))).toEqual([])
    expect(Math.max(...Array.from(values, (value) => value.length))).toBeLessThan(60)
  }, 60_000)
})
