/** Does it work at all? Every way into the catalog, a few times a second. */
import type { Settings } from '../config/settings.ts'
import type { Api, Visitor } from '../lib/api.ts'
import { usual } from '../lib/thresholds.ts'

export const plan = { rate: 25, maxVus: 50, profile: 'smoke' as const }
export const thresholds = usual({ p99Ms: 500, errorRate: 0 })

interface Product {
  slug: string
}

export async function setup(_api: Api, _settings: Settings): Promise<null> {
  return null
}

export async function iteration(api: Api, _state: null, random: Visitor['random']): Promise<void> {
  api.check('the process lives', (await api.get('/livez', '/livez')).status === 200)
  api.check('it is ready', (await api.get('/readyz', '/readyz')).status === 200)

  const { data } = await api.query<{ items: Product[] }>('catalog.product.list', { limit: 20 })
  const items = data?.items ?? []
  if (api.check('the list has products (is the database seeded?)', items.length > 0)) {
    const { slug } = random.pick(items)
    await product(api, slug)
    await productAndTree(api, slug)
  }
  const tree = await api.query<unknown[]>('catalog.category.tree')
  api.check('the category tree has roots', (tree.data?.length ?? 0) > 0)
  await missing(api)
}

async function product(api: Api, slug: string): Promise<void> {
  const overTrpc = await api.query<Product>('catalog.product.bySlug', { slug })
  const overRest = await api.get(`/api/products/${slug}`, '/api/products/{slug}')
  api.check('tRPC answers the product asked for', overTrpc.data?.slug === slug)
  api.check('REST answers the same product', (overRest.body as Product | undefined)?.slug === slug)
}

async function productAndTree(api: Api, slug: string): Promise<void> {
  const both = await api.batch([
    { procedure: 'catalog.product.bySlug', input: { slug } },
    { procedure: 'catalog.category.tree' },
  ])
  api.check('a batch answers every call', both.length === 2 && both.every((data) => data !== undefined))
}

async function missing(api: Api): Promise<void> {
  const input = { slug: 'no-such-product' }
  const { reason, status } = await api.query('catalog.product.bySlug', input, { expected: ['PRODUCT_NOT_FOUND'] })
  api.check('what does not exist is not found', reason === 'PRODUCT_NOT_FOUND' && status === 404)
}

export async function teardown(_api: Api, _state: null): Promise<void> {}
