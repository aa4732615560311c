/** People look around, and everything that is cached is gone at once. Reads are answered all the same, and soon from the caches. */
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
}

export async function setup(api: Api, settings: Settings): Promise<State> {
  return { ...(await readCatalogue(api, settings)), rate: settings.arrivals / settings.seconds }
}

export async function iteration(api: Api, state: State, random: Visitor['random'], visitor: Visitor): Promise<void> {
  if (looks(visitor, state.rate)) return lookAtHits(api, { recovering: false })
  await browse(api, state, random)
}

export async function teardown(api: Api, { slugs }: State): Promise<void> {
  const { data } = await api.query<{ slug: string }>('catalog.product.bySlug', { slug: slugs[0] })
  api.check('in the end: the most sought after product is still there', data?.slug === slugs[0])
}
