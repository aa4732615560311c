/** The first page of a category, over and over: nothing is loaded any more, what remains is the work of a hit. */
import type { Settings } from '../config/settings.ts'
import { type Catalogue, readCatalogue, someCategory } from '../journeys/catalogue.ts'
import type { Api, Visitor } from '../lib/api.ts'
import { usual } from '../lib/thresholds.ts'

export const plan = { rate: 150, maxVus: 300, seconds: 15 }
export const thresholds = usual()

export const setup = (api: Api, settings: Settings) => readCatalogue(api, { ...settings, products: 100 })

export async function iteration(api: Api, catalogue: Catalogue, random: Visitor['random']): Promise<void> {
  const input = { category: someCategory(catalogue, random), limit: 20 }
  const { data } = await api.query<{ items: unknown[] }>('catalog.product.list', input)
  api.check('a list has items', Array.isArray(data?.items))
}

export async function teardown(): Promise<void> {}
