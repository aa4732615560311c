/**
 * `node scripts/reliability/category-rename.ts --rounds 2000`: a category is renamed in one process; 150 ms after the
 * acknowledgement, everything that shows its name is read in another one. Nothing fails. Prints how many rounds had a
 * stale answer, and for how long it was seen. Exit code 1: any had.
 *   --wait 150   ms from the acknowledgement to the read
 *
 * Each round renames twice, a moment apart: the first one empties the near caches, and while readers fill them again, the
 * second one voids what they are about to keep. Nothing else is changed: each tag that is voided has a process check its
 * near entries again, and would heal them.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Answer, createClient, Unanswered } from '../fleet/client.ts'
import { startDatabases } from '../fleet/databases.ts'
import { type Fleet, startFleet } from '../fleet/fleet.ts'
import { unlessEnded } from '../fleet/interrupt.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '2000' }, wait: { type: 'string', default: '150' } },
})
for (const [name, value] of Object.entries(values)) {
  if (!/^[1-9]\d{0,5}$/.test(value))
    throw new Error(`--${name} must be a whole number from 1 to 999999, not "${value}".`)
}
const [rounds, waitMs] = [Number(values.rounds), Number(values.wait)]
/** Between the two renames of a round, at most, ms. */
const maxApartMs = 20
/** A stale name is asked for again until it is gone, or for so long, ms. */
const patienceMs = 5_000
const category = 'renamed'
const slugs = Array.from({ length: 8 }, (_, index) => `${category}-${index}`)
const readersOfEach = 4

interface Named {
  id: string
  title: string
}
type Product = Named & { slug: string; category: Named | null }

const client = createClient()
const databases = await startDatabases()
let failed = true
try {
  const fleet = await startFleet({ processes: 2, ...databases, env: { LOG_LEVEL: 'error' } })
  try {
    failed = (await unlessEnded(run(fleet))) > 0
  } catch (error) {
    for (const line of fleet.unforeseen) console.error(line)
    throw error
  } finally {
    await fleet.stop()
  }
} finally {
  client.close()
  await databases.stop()
}
process.exit(failed ? 1 : 0)

/** How many rounds had a stale answer. */
async function run({ bases, token }: Fleet): Promise<number> {
  const [writing = '', reading = ''] = bases
  const { id } = await change<Named>('catalog.category.create', { slug: category, title: 'Version 1' })
  for (const slug of slugs) {
    const variants = [{ prices: [{ currency: 'USD', amountMinor: 1 }] }]
    const product = await change<Named>('catalog.product.create', { slug, title: slug, categoryId: id, variants })
    await change('catalog.product.publish', { id: product.id, expectedVersion: 1 })
  }
  const found = new Map<string, number>()
  let [version, stale, worstMs, isOver] = [1, 0, 0, false]
  const end = () => {
    isOver = true
  }
  const readers = bases.flatMap((base) => Array.from({ length: readersOfEach }, () => keepReading(base)))
  await Promise.all([renameAll().finally(end), ...readers])
  console.log(`${stale} stale in ${rounds} rounds, ${waitMs} ms after the acknowledgement`)
  for (const [via, times] of found) console.log(`  by ${via}: ${times}`)
  const more = worstMs > patienceMs ? ', or longer' : ''
  if (stale > 0) console.log(`  seen for up to ${(worstMs / 1_000).toFixed(1)} s${more}`)
  return stale

  async function renameAll(): Promise<void> {
    for (let round = 1; round <= rounds; round++) {
      await rename()
      await delay(Math.random() * maxApartMs)
      await rename()
      const acknowledged = performance.now()
      await delay(waitMs)
      const wrong = await staleAt(reading)
      for (const via of wrong) found.set(via, (found.get(via) ?? 0) + 1)
      if (wrong.length > 0) {
        stale++
        // Products alone: lists would make new tags, and by that heal the near cache.
        const isStale = async () => (await categoriesOf(reading)).some((title) => title !== `Version ${version}`)
        while (performance.now() - acknowledged < patienceMs && (await isStale())) await delay(50)
        worstMs = Math.max(worstMs, performance.now() - acknowledged)
      }
      if (round % 100 === 0) console.error(`${round} rounds, ${stale} of them stale`)
    }
  }

  async function rename(): Promise<void> {
    version++
    await change('catalog.category.update', { id, expectedVersion: version - 1, title: `Version ${version}` })
  }

  async function change<T>(procedure: string, input: unknown): Promise<T> {
    const { result, error } = await client.mutate<T>(writing, procedure, input, { token })
    if (!result) throw new Error(`${procedure}: ${error?.message}`)
    return result.data
  }

  async function keepReading(base: string): Promise<void> {
    while (!isOver) {
      await ask(base, 'catalog.product.bySlug', { slug: slugs[Math.floor(Math.random() * slugs.length)] })
      await delay(Math.random() * 4)
    }
  }

  /** Returns the reads that show another name than the latest. */
  async function staleAt(base: string): Promise<string[]> {
    const shown = await shownBy(base)
    return Object.keys(shown).filter((via) => shown[via]?.some((title) => title !== `Version ${version}`))
  }
}

/** Asks again, as the server closes connections that were idle for long: a few of them may be met in a row. */
async function ask<T>(base: string, procedure: string, input: unknown, attemptsLeft = 5): Promise<Answer<T>> {
  try {
    return await client.query<T>(base, procedure, input)
  } catch (error) {
    if (!(error instanceof Unanswered) || attemptsLeft === 0) throw error
    await delay(20)
    return ask(base, procedure, input, attemptsLeft - 1)
  }
}

/** The category's name, by each product. */
async function categoriesOf(base: string): Promise<(string | undefined)[]> {
  const product = (slug: string) => ask<Product>(base, 'catalog.product.bySlug', { slug })
  const products = await Promise.all(slugs.map(product))
  return products.map(({ result }) => result?.data.category?.title)
}

/** The category's name, by everything that shows it. */
async function shownBy(base: string): Promise<Record<string, (string | undefined)[]>> {
  const [products, bySlug, tree, list] = await Promise.all([
    categoriesOf(base),
    ask<Named>(base, 'catalog.category.bySlug', { slug: category }),
    ask<Named[]>(base, 'catalog.category.tree', {}),
    ask<{ items: Product[] }>(base, 'catalog.product.list', { category }),
  ])
  return {
    'catalog.product.bySlug': products,
    'catalog.category.bySlug': [bySlug.result?.data.title],
    'catalog.category.tree': [tree.result?.data[0]?.title],
    'catalog.product.list': list.result?.data.items.map((item) => item.category?.title) ?? [undefined],
  }
}
