/**
 * Everybody reads one product; once a second it is taken out of the cache, and fifty more want it at that moment. However
 * many find it missing, Postgres is asked about once.
 */
import type { Settings } from '../config/settings.ts'
import { asAdmin, asStaff } from '../journeys/accounts.ts'
import { makeProduct, type OwnProduct, type Product, removeProducts } from '../journeys/own-product.ts'
import type { Api, Visitor } from '../lib/api.ts'
import { usual } from '../lib/thresholds.ts'

export const plan = { rate: 200, maxVus: 400 }
export const thresholds = [
  ...usual({ p99Ms: 250 }),
  { metric: 'counters.loads', per: 'counters.expiries', most: 2 } as const,
]

const crowd = 50

interface State {
  hot: OwnProduct
  staff: string
  admin: string
  /** An expiry is every so many iterations. */
  every: number
}

export async function setup(api: Api, settings: Settings): Promise<State> {
  const [staff, admin] = [await asStaff(api, settings), await asAdmin(api, settings)]
  const hot = await makeProduct(api, staff, 'stampede')
  return { hot, staff, admin, every: Math.max(1, Math.round(settings.arrivals / settings.seconds)) }
}

export async function iteration(api: Api, { hot, admin, every }: State, _random: Visitor['random'], visitor: Visitor) {
  if (visitor.iteration % every === every - 1) return expire(api, hot, admin)
  await read(api, hot)
}

async function read(api: Api, { slug }: OwnProduct): Promise<void> {
  const { data } = await api.query<Product>('catalog.product.bySlug', { slug })
  api.check('the hot product is answered', data?.slug === slug)
}

/** Loads are counted from just before the key goes until a little after it: in between nothing else is loaded. */
async function expire(api: Api, hot: OwnProduct, session: string): Promise<void> {
  const before = await loads(api)
  const { data } = await api.mutate('cache.invalidate', { cache: 'product', keys: [hot.slug] }, { session })
  if (!api.check('the hot key is taken out', data !== undefined)) return
  await Promise.all(Array.from({ length: crowd }, () => read(api, hot)))
  await api.sleep(200)
  api.count('expiries')
  api.count('loads', Math.max(0, (await loads(api)) - before))
}

async function loads(api: Api): Promise<number> {
  const [sum = 0] = await api.metrics(['cache_load_duration_seconds_count', { cache: 'product' }])
  return sum
}

export async function teardown(api: Api, { hot, staff }: State): Promise<void> {
  await removeProducts(api, staff, [hot])
}
