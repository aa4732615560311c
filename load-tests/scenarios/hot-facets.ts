/**
 * Everybody asks for the same costly thing, the counts of the whole catalogue, and again and again Redis loses it. How
 * many load it at Postgres before the first one has?
 */
import type { Api } from '../lib/api.ts'
import type { Fault } from '../lib/faults.ts'
import { usual } from '../lib/thresholds.ts'

export const plan = { rate: 200, maxVus: 1_000, seconds: 24 }
export const faults: readonly Fault[] = [3, 8, 13, 18].map((at) => ({ at, do: 'redis-flush' }))
export const thresholds = usual({ p99Ms: 1_000 })

interface State {
  /** Loads before. */
  loads: number
}

export const setup = async (api: Api): Promise<State> => ({ loads: await loads(api) })

export async function iteration(api: Api): Promise<void> {
  const { data } = await api.query<{ facets: unknown[] }>('catalog.product.facets', {})
  api.check('facets are counted', Array.isArray(data?.facets))
}

/** At the beginning of the warm-up nothing is cached either: that counts as an expiry. */
export async function teardown(api: Api, { loads: before }: State): Promise<void> {
  api.count('expiries', faults.length + 1)
  api.count('loads', (await loads(api)) - before)
}

async function loads(api: Api): Promise<number> {
  const [sum = 0] = await api.metrics(['cache_load_duration_seconds_count', { cache: 'product-facets' }])
  return sum
}
