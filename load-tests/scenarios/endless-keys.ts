/** Somebody asks for ever new pages (a crawler, a filter that is dragged, a tracking parameter): no key comes twice. */
import type { Settings } from '../config/settings.ts'
import { type Catalogue, readCatalogue, someCategory } from '../journeys/catalogue.ts'
import type { Api, Visitor } from '../lib/api.ts'
import { usual } from '../lib/thresholds.ts'

export const plan = { rate: 25, maxVus: 200, seconds: 30 }
export const thresholds = usual({ p99Ms: 500 })

export const setup = (api: Api, settings: Settings) => readCatalogue(api, { ...settings, products: 100 })

export async function iteration(api: Api, catalogue: Catalogue, random: Visitor['random'], visitor: Visitor) {
  const priceMin = 1 + visitor.iteration + (visitor.warmUp ? 500_000 : 0)
  const input = {
    category: someCategory(catalogue, random),
    priceMin: priceMin % 1_000,
    priceMax: 1_000_000 - priceMin,
    limit: 60,
  }
  const { data } = await api.query<{ items: unknown[] }>('catalog.product.list', input)
  api.check('a list is answered', Array.isArray(data?.items))
}

export async function teardown(): Promise<void> {}
