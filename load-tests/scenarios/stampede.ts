/**
 * Every second another product is announced that nobody has read so far: from then on all read that one, and fifty more
 * at that very moment. However many find it missing in the cache, Postgres is asked once.
 */
import type { Settings } from '../config/settings.ts'
import { asStaff } from '../journeys/accounts.ts'
import { makeProduct, type OwnProduct, type Product, removeProducts } from '../journeys/own-product.ts'
import type { Api, Visitor } from '../lib/api.ts'
import { usual } from '../lib/thresholds.ts'

export const plan = { rate: 200, maxVus: 400, seconds: 30 }
export const thresholds = [
  ...usual({ p99Ms: 250 }),
  { metric: 'counters.expiries', least: 1 },
  { metric: 'counters.loads', per: 'counters.expiries', most: 1.5 },
] as const

const crowd = 50
const mostProducts = 60

interface State {
  products: OwnProduct[]
  /** For the warm-up. */
  known: OwnProduct
  staff: string
  /** So many iterations from one announcement to the next. */
  every: number
  /** Of the cache of products, so far. */
  loads: number
}

export async function setup(api: Api, settings: Settings): Promise<State> {
  const staff = await asStaff(api, settings)
  const products: OwnProduct[] = []
  const count = Math.min(mostProducts, Math.max(1, Math.floor(settings.seconds)))
  while (products.length < count) products.push(await makeProduct(api, staff, 'announced'))
  const known = await makeProduct(api, staff, 'known')
  await read(api, known)
  return { products, known, staff, every: Math.max(1, Math.ceil(settings.arrivals / count)), loads: await loads(api) }
}

export async function iteration(api: Api, state: State, _random: Visitor['random'], visitor: Visitor): Promise<void> {
  const hot = state.products[Math.floor(visitor.iteration / state.every)]
  if (visitor.warmUp || !hot) return read(api, state.known)
  if (visitor.iteration % state.every > 0) return read(api, hot)
  api.count('expiries')
  await Promise.all(Array.from({ length: crowd }, () => read(api, hot)))
}

async function read(api: Api, { slug }: OwnProduct): Promise<void> {
  const { data } = await api.query<Product>('catalog.product.bySlug', { slug })
  api.check('the hot product is answered', data?.slug === slug)
}

async function loads(api: Api): Promise<number> {
  const [sum = 0] = await api.metrics(['cache_load_duration_seconds_count', { cache: 'product' }])
  return sum
}

export async function teardown(api: Api, { products, known, staff, loads: before }: State): Promise<void> {
  api.count('loads', (await loads(api)) - before)
  await removeProducts(api, staff, [...products, known])
}
