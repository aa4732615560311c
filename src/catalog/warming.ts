/** What of the catalog is worth having in the cache before anybody asks. */
import type { Cache } from '../cache/cache.ts'
import type { Aside } from '../cache/options.ts'
import type { Log } from '../platform/logging.ts'
import type { CatalogCaches } from './caches.ts'
import type { CategoryTree } from './category-tree.ts'
import { type PageQuery, pageQuery } from './list.ts'
import { listInput } from './schema.ts'

export interface CatalogWarming {
  /** Of products, most popular first: how many to warm. */
  products: number
  popular(limit: number): Promise<string[]>
  signal: AbortSignal
  /** Gets the progress. */
  log: Log
}

/** The first pages of at most so many categories, from the roots down. */
const mostCategories = 50

/** Reads what is missing: the tree, the first pages, the most popular products. Rejects if it can't find out what. */
export async function warmCatalog(cache: Cache, caches: CatalogCaches, options: CatalogWarming): Promise<void> {
  const { products, popular, signal, log } = options
  const warm = async <Input>(what: string, into: Aside<Input, unknown>, inputs: Input[], batch: number) => {
    const onProgress = everyQuarter(inputs.length, (done) => log.info({ what, done, of: inputs.length }, 'warming'))
    const { failed } = await cache.warm(into, inputs, { batch, concurrency: 2, signal, onProgress })
    if (failed > 0) log.warn({ what, failed }, 'not everything could be warmed')
  }
  await warm('category tree', caches.tree, [undefined], 1)
  if (signal.aborted) return
  await warm('lists', caches.lists, firstPages((await caches.tree.get()) ?? []), 1) // a query each
  if (signal.aborted) return
  await warm('products', caches.products, await popular(products), 50) // a query for all
}

/** A line for each quarter, not for each batch. */
function everyQuarter(of: number, report: (done: number) => void): (done: number) => void {
  let reported = 0
  return (done) => {
    const quarter = Math.floor((done * 4) / of)
    if (quarter > reported) report(done)
    reported = quarter
  }
}

/** The lists one meets first, as they are asked for when nothing is chosen yet. */
function firstPages(tree: CategoryTree): PageQuery[] {
  const page = (wishes: object) => pageQuery(listInput.parse(wishes))
  const all = (['newest', 'title', 'price', 'price-desc'] as const).map((sort) => page({ sort }))
  return [...all, ...topDown(tree).map((category) => page({ category }))]
}

function topDown(tree: CategoryTree): string[] {
  const slugs: string[] = []
  for (let level = tree; level.length > 0 && slugs.length < mostCategories; level = level.flatMap((n) => n.children)) {
    slugs.push(...level.map(({ slug }) => slug))
  }
  return slugs.slice(0, mostCategories)
}
