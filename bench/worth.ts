/**
 * Which reads are worth caching: reads like a shop's for a while, then what `cache.report` says of each cache, as a
 * table, and what the same reads take without caches, if there is a second server with CACHE_MODE=off.
 *
 *   PORT=3000 npm start                     (in another terminal; seeded with 10,000 products)
 *   TOKEN=… node bench/worth.ts             (an admin's, from POST /api/sessions)
 *     --url http://localhost:3000 [--uncached http://localhost:3001] [--seconds 60]
 */
import { parseArgs } from 'node:util'
import { createTRPCClient, httpLink } from '@trpc/client'
import type { AppRouter } from '../src/app.ts'
import type { CacheFigures } from '../src/cache/insight/report.ts'

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://localhost:3000' },
    uncached: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    callers: { type: 'string', default: '8' },
  },
})
const seconds = Number(values.seconds)
const token = process.env.TOKEN ?? ''

const client = (url: string) =>
  createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${url}/trpc`, headers: { authorization: `Bearer ${token}` } })],
  })
type Client = ReturnType<typeof client>

const first = client(values.url)
const products: { id: string; slug: string }[] = []
for (let cursor: string | undefined; products.length < 1_000; ) {
  const page = await first.catalog.product.list.query({ limit: 100, cursor })
  products.push(...page.items)
  if (!page.nextCursor) break
  cursor = page.nextCursor
}
const categories = (await first.catalog.category.tree.query()).flatMap((node) => [node, ...node.children])

/** Zipf(1.0): few are asked for often, and many seldom. */
function popular<T>(items: readonly T[]): T {
  const rank = Math.floor(Math.exp(Math.random() * Math.log(items.length + 1))) - 1
  return items[Math.min(rank, items.length - 1)] as T
}

/** How often, of 100, and what. */
const mix: { name: string; share: number; read: (shop: Client) => Promise<unknown> }[] = [
  {
    name: 'product.bySlug',
    share: 50,
    read: (shop) => shop.catalog.product.bySlug.query({ slug: popular(products).slug }),
  },
  {
    name: 'product.list',
    share: 25,
    read: (shop) =>
      shop.catalog.product.list.query({
        category: popular(categories).slug,
        sort: popular(['newest', 'price', 'title'] as const),
      }),
  },
  {
    name: 'product.list, text',
    share: 5,
    read: (shop) =>
      shop.catalog.product.list.query({ text: popular(['lamp', 'mug', 'oak table', 'wool', 'chair', 'blue']) }),
  },
  { name: 'category.tree', share: 10, read: (shop) => shop.catalog.category.tree.query() },
  { name: 'product.byId', share: 5, read: (shop) => shop.catalog.product.byId.query({ id: popular(products).id }) },
  {
    name: 'product.byIds',
    share: 5,
    read: (shop) => shop.catalog.product.byIds.query({ ids: Array.from({ length: 10 }, () => popular(products).id) }),
  },
]

function chosen() {
  let left = Math.random() * 100
  for (const each of mix) {
    left -= each.share
    if (left < 0) return each
  }
  return mix[0] as (typeof mix)[number]
}

/** Reads for `forSeconds`; times by name, ms. */
async function load(shop: Client, forSeconds: number): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>(mix.map(({ name }) => [name, []]))
  const end = performance.now() + forSeconds * 1_000
  const caller = async () => {
    while (performance.now() < end) {
      const { name, read } = chosen()
      const started = performance.now()
      await read(shop)
      times.get(name)?.push(performance.now() - started)
    }
  }
  await Promise.all(Array.from({ length: Number(values.callers) }, caller))
  return times
}

await load(first, 2) // until it is warm
const cached = await load(first, seconds)
const report = await first.cache.report.query()
const uncached = values.uncached ? await load(client(values.uncached), seconds) : undefined
const uncachedReport = values.uncached ? await client(values.uncached).cache.report.query() : undefined

console.log(`PING ${number(report.redis.roundTripMs)} ms\n`)
table(
  [
    'cache',
    'reads/s',
    'near',
    'hit ratio',
    'load ms (p95)',
    'keys a load',
    'bytes',
    'encode ms',
    'decode ms',
    'verdict',
    'why',
  ],
  report.caches.map(row),
)
if (uncachedReport) {
  console.log('\nThe same loads with CACHE_MODE=off:\n')
  table(
    ['cache', 'loads', 'load ms', 'p95'],
    uncachedReport.caches.map(({ cache, loads }) => [
      cache,
      String(loads.count),
      number(loads.meanMs),
      number(loads.p95Ms),
    ]),
  )
}
console.log('\nAs a client sees it, ms:\n')
table(
  ['read', 'reads/s', 'p50', 'p95', ...(uncached ? ['uncached reads/s', 'p50', 'p95'] : [])],
  mix.map(({ name }) => [name, ...timesOf(cached.get(name)), ...(uncached ? timesOf(uncached.get(name)) : [])]),
)

function row({ cache, reads, loads, latest, verdict, reason }: CacheFigures): string[] {
  const all = reads.near + reads.redis + reads.coalesced + reads.misses
  return [
    cache,
    reads.perSecond.toFixed(0),
    all > 0 ? `${((reads.near / all) * 100).toFixed(0)} %` : '–',
    number(reads.hitRatio, 3),
    `${number(loads.meanMs)} (${number(loads.p95Ms)})`,
    number(loads.keysPerLoad, 1),
    latest ? String(latest.bytes) : '–',
    number(latest?.encodeMs ?? null, 3),
    number(latest?.decodeMs ?? null, 3),
    verdict,
    reason,
  ]
}

function timesOf(times: number[] = []): string[] {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part: number) => number(sorted[Math.floor(sorted.length * part)] ?? null, 1)
  return [(times.length / seconds).toFixed(0), at(0.5), at(0.95)]
}

function number(value: number | null, digits = 2): string {
  return value === null ? '–' : value.toFixed(digits)
}

function table(head: string[], rows: string[][]): void {
  for (const cells of [head, head.map(() => '---'), ...rows]) console.log(`| ${cells.join(' | ')} |`)
}
