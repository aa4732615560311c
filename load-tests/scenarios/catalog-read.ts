/** People look around: home, lists, facets, products by Zipf's law, and now and then what does not exist. */
import type { Settings } from '../config/settings.ts'
import { browse } from '../journeys/browse.ts'
import { type Catalogue, readCatalogue } from '../journeys/catalogue.ts'
import type { Api, Visitor } from '../lib/api.ts'
import { usual } from '../lib/thresholds.ts'

export const plan = { rate: 100, maxVus: 200 }
export const thresholds = usual()

export const setup = (api: Api, settings: Settings) => readCatalogue(api, settings)

export const iteration = (api: Api, catalogue: Catalogue, random: Visitor['random']) => browse(api, catalogue, random)

/** The shop is as it was: what was sought after most is still there. */
export async function teardown(api: Api, { slugs }: Catalogue) {
  const { data } = await api.query<{ slug: string }>('catalog.product.bySlug', { slug: slugs[0] })
  api.check('in the end: the most sought after product is still there', data?.slug === slugs[0])
}
