/**
 * Far more buyers than units, and some have waited for it to begin: every unit is sold, none twice, and the ledger says
 * the same.
 */
import type { Settings } from '../config/settings.ts'
import { asStaff } from '../journeys/accounts.ts'
import { buy } from '../journeys/buy.ts'
import { makeProduct, type OwnProduct, removeProducts } from '../journeys/own-product.ts'
import { soldByLedger, stockUp } from '../journeys/stock.ts'
import type { Api, Visitor } from '../lib/api.ts'
import { usual } from '../lib/thresholds.ts'

export const plan = { rate: 150, maxVus: 400, seconds: 20 }
export const thresholds = [
  ...usual({ p99Ms: 250 }),
  { metric: 'counters.oversold', most: 0 },
  // Whatever was acknowledged is in the ledger.
  { metric: 'counters.granted', per: 'counters.sold', most: 1 },
  { metric: 'counters.granted', least: 1 },
] as const

/** Who waited, and all want it in the same moment. */
const crowd = 50

interface State {
  wanted: OwnProduct
  /** For the warm-up: there is enough. */
  other: OwnProduct
  units: number
  staff: string
}

/** One unit for ten buyers, 100 at most. */
export async function setup(api: Api, settings: Settings): Promise<State> {
  const staff = await asStaff(api, settings)
  const [wanted, other] = [await makeProduct(api, staff, 'wanted'), await makeProduct(api, staff, 'other')]
  const units = Math.min(100, Math.max(5, Math.round(settings.arrivals / 10)))
  await stockUp(api, staff, wanted.variantId, units)
  await stockUp(api, staff, other.variantId, 1_000_000)
  return { wanted, other, units, staff }
}

export async function iteration(api: Api, state: State, random: Visitor['random'], visitor: Visitor): Promise<void> {
  const { warmUp, iteration } = visitor
  const buyers = iteration === 0 && !warmUp ? crowd : 1
  const each = (index: number) =>
    buy(api, warmUp ? state.other : state.wanted, random, { ...visitor, iteration: index })
  await Promise.all(Array.from({ length: buyers }, (_, nth) => each(nth === 0 ? iteration : -nth)))
}

export async function teardown(api: Api, { wanted, other, units, staff }: State): Promise<void> {
  const { sold, differences, available } = await soldByLedger(api, staff, wanted.variantId)
  api.count('sold', sold)
  api.count('oversold', Math.max(0, sold - units))
  api.check('in the end: never more sold than there was', sold <= units)
  api.check('in the end: what is left is what was not sold', available === units - sold)
  api.check('in the end: the ledger adds up to the level', differences === 0)
  await removeProducts(api, staff, [wanted, other])
}
