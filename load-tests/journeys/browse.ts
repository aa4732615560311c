/** One step of somebody who looks around: mostly at products, sometimes at what is not there. */
import type { Random } from '../../scripts/seed/random.ts'
import type { Api } from '../lib/api.ts'
import { type Catalogue, someCategory, someProduct } from './catalogue.ts'

interface Product {
  slug: string
  version: number
}

/** Of a hundred steps. */
const steps: [share: number, step: (api: Api, catalogue: Catalogue, random: Random) => Promise<void>][] = [
  [10, home],
  [22, list],
  [8, facets],
  [50, detail],
  [5, suggest],
  [5, missing],
]

export async function browse(api: Api, catalogue: Catalogue, random: Random): Promise<void> {
  let drawn = random.next() * 100
  for (const [share, step] of steps) {
    if (drawn < share) return step(api, catalogue, random)
    drawn -= share
  }
}

/** The front page: what is trending, and the categories, in one request. */
async function home(api: Api): Promise<void> {
  const [trending, tree] = await api.batch([
    { procedure: 'analytics.trending' },
    { procedure: 'catalog.category.tree' },
  ])
  api.check('home shows what is trending and the categories', trending !== undefined && Array.isArray(tree))
}

async function list(api: Api, catalogue: Catalogue, random: Random): Promise<void> {
  const sort = random.pick(['newest', 'newest', 'price', 'title'])
  const input = { category: someCategory(catalogue, random), sort, limit: 20 }
  const { data } = await api.query<{ items: Product[] }>('catalog.product.list', input)
  api.check('a list has items', Array.isArray(data?.items))
}

async function facets(api: Api, catalogue: Catalogue, random: Random): Promise<void> {
  const { data } = await api.query<{ facets: unknown[] }>('catalog.product.facets', {
    category: someCategory(catalogue, random),
  })
  api.check('facets are counted', Array.isArray(data?.facets))
}

async function detail(api: Api, catalogue: Catalogue, random: Random): Promise<void> {
  const slug = someProduct(catalogue, random)
  const { data } = await api.query<Product>('catalog.product.bySlug', { slug })
  api.check('the product asked for is answered', data?.slug === slug)
}

async function suggest(api: Api, _catalogue: Catalogue, random: Random): Promise<void> {
  const text = random.pick(['la', 'lamp', 'mu', 'mug', 'ch', 'chair', 'blue', 'oak', 'desk'])
  const { data } = await api.query<{ titles: unknown[] }>('catalog.product.suggest', { text })
  api.check('suggestions are answered', Array.isArray(data?.titles))
}

/** Always the same hundred: a cache can know that they do not exist. */
async function missing(api: Api, _catalogue: Catalogue, random: Random): Promise<void> {
  const slug = `no-such-product-${random.between(1, 100)}`
  const { reason } = await api.query('catalog.product.bySlug', { slug }, { expected: ['PRODUCT_NOT_FOUND'] })
  api.check('what does not exist is not found', reason === 'PRODUCT_NOT_FOUND')
}
