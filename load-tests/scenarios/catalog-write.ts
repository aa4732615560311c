/** Editors beside readers: after an edit was acknowledged, the next read shows it, and never the older one again. */
import type { Settings } from '../config/settings.ts'
import { asStaff } from '../journeys/accounts.ts'
import { browse } from '../journeys/browse.ts'
import { type Catalogue, readCatalogue } from '../journeys/catalogue.ts'
import { agrees, edit, readEdited } from '../journeys/edit.ts'
import { makeProduct, type OwnProduct, removeProducts } from '../journeys/own-product.ts'
import type { Api, Visitor } from '../lib/api.ts'
import { usual } from '../lib/thresholds.ts'

export const plan = { rate: 60, maxVus: 200 }
export const thresholds = [
  ...usual({ p99Ms: 250 }),
  { metric: 'counters.staleReads', most: 0 },
  { metric: 'counters.edits', least: 1 },
] as const

interface State extends Catalogue {
  edited: OwnProduct[]
  staff: string
}

/** Few, so that they are read while they are changed. */
const products = 4

export async function setup(api: Api, settings: Settings): Promise<State> {
  const staff = await asStaff(api, settings)
  const edited: OwnProduct[] = []
  while (edited.length < products) edited.push(await makeProduct(api, staff, 'edited'))
  return { ...(await readCatalogue(api, settings)), edited, staff }
}

export async function iteration(api: Api, state: State, random: Visitor['random'], visitor: Visitor): Promise<void> {
  const product = random.pick(state.edited)
  if (random.chance(0.1)) return edit(api, product, state.staff, visitor)
  if (random.chance(0.5)) return browse(api, state, random)
  await readEdited(api, product, visitor)
}

export async function teardown(api: Api, { edited, staff }: State): Promise<void> {
  for (const product of edited) await agrees(api, product, staff)
  await removeProducts(api, staff, edited)
}
