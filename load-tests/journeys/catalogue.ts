/** What visitors know of the shop before they come: its categories and its products, some more sought after than others. */
import { type Random, shuffled, zipf } from '../../scripts/seed/random.ts'
import type { Settings } from '../config/settings.ts'
import type { Api } from '../lib/api.ts'
import { randomOf } from '../lib/random.ts'

export interface Catalogue {
  /** By how much they are sought after. */
  slugs: string[]
  categories: string[]
}

interface Page {
  items: { slug: string }[]
  nextCursor: string | null
}

interface Node {
  slug: string
  children: Node[]
}

const pageSize = 100
/** Web requests are close to Zipf's law with an exponent a little below 1 (Breslau et al., INFOCOM 1999: 0.64–0.83). */
const steepness = 0.8

/** Reads the lists. Rejects when there is nothing: then the database is not seeded. */
export async function readCatalogue(api: Api, { products, seed }: Settings): Promise<Catalogue> {
  const slugs: string[] = []
  let cursor: string | undefined
  do {
    const limit = Math.min(pageSize, products - slugs.length)
    const { data, reason } = await api.query<Page>('catalog.product.list', { limit, ...(cursor && { cursor }) })
    if (!data) throw new Error(`The list of products could not be read: ${reason}`)
    slugs.push(...data.items.map(({ slug }) => slug))
    cursor = data.nextCursor ?? undefined
  } while (cursor && slugs.length < products)
  const { data: roots = [] } = await api.query<Node[]>('catalog.category.tree')
  const categories = leavesOf(roots)
  if (slugs.length === 0 || categories.length === 0) throw new Error('There are no products: npm run seed')
  return { slugs: shuffled(slugs, randomOf(seed, 0)), categories: shuffled(categories, randomOf(seed, 1)) }
}

/** A product, by Zipf's law. */
export const someProduct = ({ slugs }: Catalogue, random: Random): string => draw(slugs)(random)
export const someCategory = ({ categories }: Catalogue, random: Random): string => draw(categories)(random)

const draws = new WeakMap<readonly string[], (random: Random) => string>()

/** The sums are made once for each list, not for each draw. */
function draw(items: readonly string[]): (random: Random) => string {
  const found = draws.get(items) ?? zipf(items, steepness)
  draws.set(items, found)
  return found
}

const leavesOf = (nodes: Node[]): string[] =>
  nodes.flatMap(({ slug, children }) => (children.length === 0 ? [slug] : leavesOf(children)))
