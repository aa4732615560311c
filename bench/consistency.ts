/**
 * `npm run bench:consistency`: readers and editors on two processes, every read checked against what was acknowledged
 * before it began. Reads are Zipf-distributed, one request in a hundred is a change.
 *   --products 100000   --reads 120000   --out docs/consistency.md
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { createClient } from '../scripts/fleet/client.ts'
import { startDatabases } from '../scripts/fleet/databases.ts'
import { type Fleet, startFleet } from '../scripts/fleet/fleet.ts'
import { unlessEnded } from '../scripts/fleet/interrupt.ts'
import { machine } from '../scripts/fleet/machine.ts'
import { createHistory } from '../scripts/reliability/history.ts'
import { seed } from '../scripts/seed/load.ts'
import { createZipf } from './consistency/zipf.ts'

const { values: options } = parseArgs({
  options: {
    products: { type: 'string', default: '100000' },
    reads: { type: 'string', default: '120000' },
    out: { type: 'string' },
  },
})
const callers = 16
const writeShare = 0.01
const readOperations = /operation="(product\.(bySlug|list|anyHas|facets|suggest)|category\.)/

interface Product {
  id: string
  slug: string
  version: number
  variants: { id: string; prices: { currency: string; amountMinor: number }[] }[]
}

const say = (line: string) => console.error(line)
const pick = <T>(items: readonly T[]) => items[Math.floor(Math.random() * items.length)] as T

const { query, mutate, metric, close } = createClient()
const databases = await startDatabases()
try {
  say(`seeding ${options.products} products …`)
  await seed(databases.databaseUrl, { products: Number(options.products) })
  const fleet = await startFleet({ processes: 2, ...databases })
  try {
    const text = await unlessEnded(run(fleet, databases.databaseUrl))
    console.log(text)
    if (options.out) writeFileSync(options.out, text)
  } finally {
    await fleet.stop()
  }
} finally {
  close()
  await databases.stop()
}

async function run({ bases, token }: Fleet, databaseUrl: string): Promise<string> {
  const { slugs, categories } = await catalog(databaseUrl)
  const nextSlug = createZipf(slugs, Math.random)
  const nextList = createZipf(lists(categories), Math.random)
  const history = createHistory()
  const editing = new Set<string>()
  const counts = { reads: 0, checked: 0, stale: 0, withinGrace: 0, failed: 0, writes: 0, conflicts: 0 }

  const check = ({ slug, version, variants }: Product, expected: Map<string, ReturnType<typeof history.expected>>) => {
    const price = variants[0]?.prices.find(({ currency }) => currency === 'USD')?.amountMinor ?? 0
    for (const [key, got] of [
      [slug, version],
      [`price of ${slug}`, price],
    ] as const) {
      const known = expected.get(key) ?? { version: 0, strict: 0 }
      counts.checked++
      if (got < known.version) counts.stale++
      else if (got < known.strict) counts.withinGrace++
    }
  }
  const expectations = (some: readonly string[]) =>
    new Map(some.flatMap((slug) => [slug, `price of ${slug}`]).map((key) => [key, history.expected(key)]))

  async function readProduct(): Promise<void> {
    const slug = nextSlug()
    const expected = expectations([slug])
    const { result } = await query<Product>(pick(bases), 'catalog.product.bySlug', { slug })
    if (result) check(result.data, expected)
    else counts.failed++
  }
  async function readList(): Promise<void> {
    const expected = expectations([...touched])
    const { result } = await query<{ items: Product[] }>(pick(bases), 'catalog.product.list', nextList())
    if (!result) counts.failed++
    for (const item of result?.data.items ?? []) check(item, expected)
  }
  const touched = new Set<string>()
  let serial = 0

  async function write(): Promise<void> {
    const slug = nextSlug()
    if (editing.has(slug)) return
    editing.add(slug)
    try {
      const base = pick(bases)
      const { result } = await query<Product>(base, 'catalog.product.current', { slug }, { token })
      if (!result) return
      const { id, version, variants } = result.data
      touched.add(slug)
      const kind = Math.random()
      const variantId = variants[0]?.id
      if (kind < 0.25 && variantId) {
        const amountMinor = 1_000_000 + ++serial // rises, so that a later price can be told from an earlier one
        const answer = await mutate(base, 'pricing.set', { variantId, currency: 'USD', amountMinor }, { token })
        if (answer.result) history.acknowledged(`price of ${slug}`, amountMinor)
        else counts.conflicts++
      } else {
        const change = kind < 0.5 ? { title: `Edited ${++serial}` } : { description: `Edited ${++serial}` }
        const input = { id, expectedVersion: version, ...change }
        const answer = await mutate<Product>(base, 'catalog.product.update', input, { token })
        if (answer.result) history.acknowledged(slug, answer.result.data.version)
        else counts.conflicts++
      }
      counts.writes++
    } finally {
      editing.delete(slug)
    }
  }

  async function caller(wanted: number): Promise<void> {
    while (counts.reads < wanted) {
      if (Math.random() < writeShare) await write()
      else {
        counts.reads++
        await (Math.random() < 0.8 ? readProduct() : readList())
      }
    }
  }
  const all = (wanted: number) => Promise.all(Array.from({ length: callers }, () => caller(wanted)))

  say('warming up: each product once, then as measured …')
  const rest = [...slugs]
  const warm = async () => {
    for (let slug = rest.pop(); slug !== undefined; slug = rest.pop()) {
      await query(pick(bases), 'catalog.product.bySlug', { slug })
    }
  }
  await Promise.all(Array.from({ length: callers }, warm))
  await all(Number(options.reads) / 10)
  for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] = 0
  const before = await figures(bases)
  const started = performance.now()
  say('measuring …')
  await all(Number(options.reads))
  const seconds = (performance.now() - started) / 1_000
  const after = await figures(bases)
  const [hits, misses, queries] = [
    after.hits - before.hits,
    after.misses - before.misses,
    after.queries - before.queries,
  ]
  const circumstances = machine()
  const rows = [
    ['reads, on two processes', counts.reads.toLocaleString('en')],
    ['of them answered with an error', counts.failed],
    ['changes acknowledged', counts.writes - counts.conflicts],
    ['versions and prices checked', counts.checked.toLocaleString('en')],
    ['stale', counts.stale],
    ['older than a change acknowledged less than 50 ms before (what G4 grants near caches)', counts.withinGrace],
    ['hit ratio', (hits / (hits + misses)).toFixed(4)],
    ['Postgres queries for a read', (queries / counts.reads).toFixed(4)],
    ['reads a second', Math.round(counts.reads / seconds)],
  ]
  return [
    '# Consistency under load',
    `- Date: ${circumstances.Date}`,
    `- Command: \`npm run bench:consistency -- --products ${options.products} --reads ${options.reads}\``,
    `- Commit: ${circumstances.Commit}`,
    `- Machine: ${circumstances.Machine}; two server processes, Postgres, Redis and the callers share it`,
    '',
    `${options.products} products. ${callers} callers: 80 % of reads are products by slug, 20 % lists of twenty, both Zipf(1.0); ` +
      `${writeShare * 100} % of requests are changes (half descriptions, a quarter titles, a quarter prices), each to a product ` +
      'chosen like a read. Before that each product was read once: what is measured is a cache that is full, as it is ' +
      'after a while, and not how it fills. A read that begins after a change was acknowledged must show it, by whichever process it is answered.',
    '',
    '| | |',
    '|---|---:|',
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
    '',
  ].join('\n')
}

async function catalog(databaseUrl: string): Promise<{ slugs: string[]; categories: string[] }> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const products = await client.query<{ slug: string }>(`SELECT slug FROM product WHERE status = 'active' ORDER BY id`)
  const categories = await client.query<{ slug: string }>('SELECT slug FROM category ORDER BY path')
  await client.end()
  return { slugs: products.rows.map(({ slug }) => slug), categories: categories.rows.map(({ slug }) => slug) }
}

/** What people look at: the newest, then categories by several orders. */
function lists(categories: string[]): object[] {
  const orders = [{}, { sort: 'price' }, { sort: 'title' }]
  return [undefined, ...categories].flatMap((category) => orders.map((order) => ({ ...order, category })))
}

async function figures(bases: string[]) {
  return {
    hits: await metric(bases, 'cache_hits_total'),
    misses: await metric(bases, 'cache_misses_total'),
    queries: await metric(bases, 'db_query_duration_seconds_count', readOperations),
  }
}
