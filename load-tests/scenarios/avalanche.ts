/**
 * People look around, and everything that is cached is gone at once. Reads are answered all the same, and soon from the
 * caches; Postgres is asked by no more at a time than it was to be, and none of those who wait is turned away.
 */
import type { Settings } from '../config/settings.ts'
import { browse } from '../journeys/browse.ts'
import { type Catalogue, readCatalogue } from '../journeys/catalogue.ts'
import { lookAtHits, looks } from '../journeys/hit-ratio.ts'
import type { Api, Visitor } from '../lib/api.ts'
import type { Fault } from '../lib/faults.ts'
import { usual } from '../lib/thresholds.ts'

export const plan = { rate: 100, maxVus: 300, seconds: 45 }
export const faults: Fault[] = [{ at: 15, do: 'redis-flush' }]
export const thresholds = [...usual({ p99Ms: 500 }), { metric: 'counters.coldSeconds', most: 10 } as const]

interface State extends Catalogue {
  rate: number
  /** Loads that would have been one too many, before. */
  refused: number
}

export async function setup(api: Api, settings: Settings): Promise<State> {
  const catalogue = await readCatalogue(api, settings)
  return { ...catalogue, rate: settings.arrivals / settings.seconds, refused: await refused(api) }
}

export async function iteration(api: Api, state: State, random: Visitor['random'], visitor: Visitor): Promise<void> {
  if (!looks(visitor, state.rate)) return browse(api, state, random)
  await Promise.all([lookAtHits(api, { recovering: false }), lookAtPostgres(api)])
}

async function lookAtPostgres(api: Api): Promise<void> {
  const [busy = 0, most = 0] = await api.metrics(
    ['db_pool_connections', { state: 'busy' }],
    ['db_pool_connections_max'],
  )
  api.check('Postgres stays under its cap of connections', busy <= most)
}

async function refused(api: Api): Promise<number> {
  const [sum = 0] = await api.metrics(['cache_loads_refused_total'])
  return sum
}

export async function teardown(api: Api, { slugs, refused: before }: State): Promise<void> {
  api.check('in the end: no load was one too many', (await refused(api)) === before)
  const { data } = await api.query<{ slug: string }>('catalog.product.bySlug', { slug: slugs[0] })
  api.check('in the end: the most sought after product is still there', data?.slug === slugs[0])
}
