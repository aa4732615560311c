/** Makes products and categories through the API, whatever fails meanwhile. Undefined: the history has ended. */
import { setTimeout as delay } from 'node:timers/promises'
import { insist, pick, type Stage } from '../stage.ts'

export interface Product {
  id: string
  slug: string
  title: string
  version: number
  category: { id: string; slug: string; title: string; path: string } | null
  facets: { code: string; title: string; values: { code: string; title: string }[] }[]
  variants: {
    id: string
    sku: string | null
    title: string
    weightGrams: number | null
    prices: { currency: string; amountMinor: number }[]
  }[]
}

export interface Category {
  id: string
  slug: string
  title: string
  path: string
  version: number
}

/** Fields of `catalog.product.create`. */
interface Named {
  slug: string
  [field: string]: unknown
}

export const usd = (amountMinor: number) => [{ currency: 'USD', amountMinor }]

/** A draft, version 1. An earlier attempt may have made it already: then the slug is taken. */
export async function makeProduct(stage: Stage, input: Named): Promise<Product | undefined> {
  const { slug } = input
  const product = { variants: [{ sku: slug, prices: usd(1) }], ...input }
  const made = await insist<Product>(
    stage,
    { procedure: 'catalog.product.create', input: product, versions: {} },
    'SLUG_TAKEN',
  )
  if (made.state === 'acknowledged') return made.data
  while (made.state === 'happened' && !stage.ended()) {
    const { data } = await stage.ask.query<Product>(pick(stage.bases), 'catalog.product.current', { slug }, stage.staff)
    if (data) return data
  }
  return undefined
}

/** The same, on sale: version 2. */
export async function sellProduct(stage: Stage, input: Named): Promise<Product | undefined> {
  const product = await makeProduct(stage, input)
  if (!product) return undefined
  const { id } = product
  const published = { procedure: 'catalog.product.publish', input: { id, expectedVersion: 1 }, versions: {} }
  const { state } = await insist(stage, published)
  return state === 'unknown' ? undefined : { ...product, version: 2 }
}

/** Version 1, titled as its slug. An earlier attempt may have made it already. */
export async function makeCategory(
  stage: Stage,
  slug: string,
  parentId: string | null = null,
): Promise<Category | undefined> {
  const input = { slug, title: slug, parentId }
  const made = await insist<Category>(
    stage,
    { procedure: 'catalog.category.create', input, versions: {} },
    'SLUG_TAKEN',
  )
  if (made.state === 'acknowledged') return made.data
  while (made.state === 'happened' && !stage.ended()) {
    const { data } = await stage.ask.query<Category>(pick(stage.bases), 'catalog.category.bySlug', { slug })
    if (data) return { ...data, version: 1 }
    await delay(50) // the tree in a near cache may be older
  }
  return undefined
}
