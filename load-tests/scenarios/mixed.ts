/** A day in the shop: most look around, some buy, some log in, editors edit; all invariants at once. */
import type { Settings } from '../config/settings.ts'
import { asStaff } from '../journeys/accounts.ts'
import { browse } from '../journeys/browse.ts'
import { buy } from '../journeys/buy.ts'
import { type Catalogue, readCatalogue } from '../journeys/catalogue.ts'
import { agrees, edit, readEdited } from '../journeys/edit.ts'
import { makeProduct, type OwnProduct, removeProducts } from '../journeys/own-product.ts'
import { logInAndOut, visitAsGuest } from '../journeys/sessions.ts'
import { soldByLedger, stockUp } from '../journeys/stock.ts'
import type { Api, Visitor } from '../lib/api.ts'
import { usual } from '../lib/thresholds.ts'

export const plan = { rate: 50, maxVus: 300 }
export const thresholds = [
  ...usual({ p99Ms: 500 }),
  { metric: 'counters.staleReads', most: 0 },
  { metric: 'counters.oversold', most: 0 },
  { metric: 'counters.revokedAccepted', most: 0 },
] as const

interface State extends Catalogue {
  thing: OwnProduct
  units: number
  staff: string
  password: string
}

export async function setup(api: Api, settings: Settings): Promise<State> {
  const staff = await asStaff(api, settings)
  const thing = await makeProduct(api, staff, 'mixed')
  const units = Math.max(5, Math.round(settings.arrivals / 40))
  await stockUp(api, staff, thing.variantId, units)
  return { ...(await readCatalogue(api, settings)), thing, units, staff, password: settings.customerPassword }
}

export async function iteration(api: Api, state: State, random: Visitor['random'], visitor: Visitor): Promise<void> {
  const drawn = random.next()
  if (drawn < 0.7) return browse(api, state, random)
  if (drawn < 0.8) {
    await readEdited(api, state.thing, visitor)
    return
  }
  if (drawn < 0.83) return edit(api, state.thing, state.staff, visitor)
  if (drawn < 0.95) return buy(api, state.thing, random, visitor)
  if (drawn < 0.99) return visitAsGuest(api)
  await logInAndOut(api, state.password, random)
}

export async function teardown(api: Api, { thing, units, staff }: State): Promise<void> {
  const { sold, differences } = await soldByLedger(api, staff, thing.variantId)
  api.count('oversold', Math.max(0, sold - units))
  api.check('in the end: never more sold than there was', sold <= units)
  api.check('in the end: the ledger adds up to the level', differences === 0)
  await agrees(api, thing, staff)
  await removeProducts(api, staff, [thing])
}
