/** What clients count and what the dashboards say is the same: durations within a bucket, the hit ratio within 1 %. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import getPort from 'get-port'
import { expect, it, onTestFinished } from 'vitest'
import { startLine } from '../../scripts/faults/line.ts'
import { startPrometheus } from '../../scripts/observe/prometheus.ts'
import { shippedConfig } from '../../scripts/observe/shipped-config.ts'
import { findTool } from '../../scripts/tools/debian.ts'
import { latencyBuckets } from '../../src/platform/metrics.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { insertProduct } from '../support/catalog.ts'
import { freshDatabase } from '../support/database.ts'
import { eventually, settled } from '../support/eventually.ts'
import { ask, substitute } from './check.ts'
import { panelsOf } from './panels.ts'

const dashboard = JSON.parse(readFileSync(new URL('../../grafana/dashboards/load-test.json', import.meta.url), 'utf8'))
const expressionOf = (title: string) =>
  panelsOf(dashboard).find((panel) => panel.title === title)?.targets[0]?.expr ?? expect.unreachable(title)

/**
 * `rate` guesses what happened before the first and after the last sample it has, for each series by itself; when all
 * happens between two scrapes, the guesses are most of it. What a ratio is to be held against is the difference itself.
 */
const rate = /rate\((\w+\{[^}]*\})\[\$__rate_interval\]\)/g

/** A Prometheus that scrapes `shop` each second. */
async function watch({ base }: TestApp) {
  const folder = mkdtempSync(join(tmpdir(), 'caching-reference-agreement-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const prometheus = await startPrometheus({
    binary: await findTool('prometheus'),
    folder,
    port: await getPort({ host: '127.0.0.1' }),
    config: {
      ...shippedConfig({ app: [new URL(base).host] }, []),
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    },
  })
  onTestFinished(prometheus.stop)
  const value = async (query: string) => {
    const { result } = await ask<{ result: { value: [number, string] }[] }>(prometheus.url, 'query', { query })
    return Number(result[0]?.value[1] ?? Number.NaN)
  }
  await eventually(async () => expect(await value('up{job="app"}')).toBe(1))
  return {
    /** What the panel says of the time since `from` (ms), when Prometheus has seen all of it. */
    panel: async (title: string, from: number, exactly = false) => {
      const ended = Date.now()
      let said = Number.NaN
      await eventually(async () => {
        const scraped = 1_000 * (await value('timestamp(up{job="app"} == 1)'))
        expect(scraped).toBeGreaterThan(ended + 500) // the last request is in it
        const to = Date.now()
        // One scrape more than the time itself: it is the difference that counts.
        const window = `${Math.ceil((to - from) / 1_000) + 2}s`
        const expression = exactly
          ? expressionOf(title).replaceAll(rate, '($1 - $1 offset $__rate_interval)')
          : expressionOf(title)
        said = await value(substitute(expression, { from: from / 1_000, to: to / 1_000 }, window).replace(/ >= 0$/, ''))
        expect(said).not.toBeNaN()
      })
      return said
    },
  }
}

/** `work` for each number, four at a time. */
async function each(count: number, work: (number: number) => Promise<void>): Promise<void> {
  let next = 0
  const loop = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: 4 }, loop))
}

const bucketOf = (seconds: number) => latencyBuckets.findIndex((bound) => seconds <= bound)

it('given reads that take a while, when clients measure them, then their p95 and the dashboard’s lie within a bucket', async () => {
  const { url, drop } = await freshDatabase()
  onTestFinished(drop)
  const line = await startLine(Number(new URL(url).port))
  onTestFinished(line.close)
  const slow = new URL(url)
  slow.port = String(line.port)
  const shop = await startTestApp({ DATABASE_URL: slow.href, CACHE_MODE: 'off', DB_STATEMENT_TIMEOUT_MS: '10000' })
  onTestFinished(shop.stop)
  await insertProduct(shop.sql, { slug: 'blue-mug' })
  const { panel } = await watch(shop)
  await delay(1_500) // a scrape before: it is the difference that counts
  line.slow(8) // what a client waits for besides is small beside it
  const input = encodeURIComponent(JSON.stringify({ slug: 'blue-mug' }))
  const times: number[] = []
  const began = Date.now()
  await each(200, async () => {
    const started = performance.now()
    const response = await fetch(`${shop.base}/trpc/catalog.product.bySlug?input=${input}`)
    await response.text()
    times.push((performance.now() - started) / 1_000)
  })
  const mine = times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1] ?? 0
  const theirs = await panel('Server: p95', began)
  console.log(`p95: clients ${(mine * 1_000).toFixed(1)} ms, dashboard ${(theirs * 1_000).toFixed(1)} ms`)
  expect(theirs).toBeGreaterThan(0)
  expect(Math.abs(bucketOf(mine) - bucketOf(theirs))).toBeLessThanOrEqual(1)
}, 60_000)

it('given reads of which some miss, when clients count by Cache-Status, then their hit ratio and the dashboard’s are within 1 %', async () => {
  const shop = await startTestApp()
  onTestFinished(shop.stop)
  const products = 60
  for (let number = 0; number < products; number++) await insertProduct(shop.sql, { slug: `product-${number}` })
  await settled(shop.sql)
  const { panel } = await watch(shop)
  await delay(4_000) // scrapes before: it is the difference that counts
  const began = Date.now()
  let [hits, reads] = [0, 0]
  await each(600, async (number) => {
    const response = await fetch(`${shop.base}/api/products/product-${(number * 7) % products}`)
    await response.text()
    reads += 1
    if (/^product; hit/.test(response.headers.get('cache-status') ?? '')) hits += 1
  })
  const [mine, theirs] = [hits / reads, await panel('Server: hit ratio', began, true)]
  console.log(`hit ratio: clients ${(mine * 100).toFixed(2)} %, dashboard ${(theirs * 100).toFixed(2)} %`)
  expect(mine).toBeLessThan(0.95)
  expect(Math.abs(mine - theirs)).toBeLessThan(0.01)
}, 60_000)
