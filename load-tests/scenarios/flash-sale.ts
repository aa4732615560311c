/** Far more buyers than units, all at once: every unit is sold, none twice, and the ledger says the same. */
import type { Settings } from '../config/settings.ts'
import { asStaff } from '../journeys/accounts.ts'
import { makeProduct, type OwnProduct, removeProducts } from '../journeys/own-product.ts'
import { soldByLedger, stockUp } from '../journeys/stock.ts'
import type { Api, Visitor } from '../lib/api.ts'
import { usual } from '../lib/thresholds.ts'

export const plan = { rate: 150, maxVus: 400, seconds: 20 }
export const thresholds = [
  ...usual({ p99Ms: 250 }),
  { metric: 'counters.oversold', most: 0 },
  { metric: 'counters.lost', most: 0 },
  { metric: 'counters.granted', least: 1 },
] as const

interface State {
  wanted: OwnProduct
  /** For the warm-up: there is enough. */
  other: OwnProduct
  units: number
  staff: string
}
interface Reservation {
  id: string
  status: string
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

export async function iteration(api: Api, { wanted, other }: State, random: Visitor['random'], visitor: Visitor) {
  const { variantId } = visitor.warmUp ? other : wanted
  const input = {
    lines: [{ variantId, quantity: 1 }],
    ttlSeconds: 3_600,
    idempotencyKey: `${variantId}-${visitor.iteration}`,
  }
  const reserve = () => api.mutate<Reservation>('inventory.reservation.create', input, { expected: ['OUT_OF_STOCK'] })
  const { data, reason } = await reserve()
  api.check('a buyer gets it, or is told that it is sold out', data?.status === 'active' || reason === 'OUT_OF_STOCK')
  if (!data) return api.count('refused')
  api.count('granted')
  if (random.chance(0.2)) {
    const again = await reserve()
    api.check('who asks again with the same key has bought once', again.data?.id === data.id)
  }
  if (random.chance(0.5)) {
    const { data: paid } = await api.mutate<Reservation>('inventory.reservation.commit', { id: data.id })
    api.check('who has it can pay for it', paid?.status === 'committed')
  }
}

export async function teardown(api: Api, { wanted, other, units, staff }: State): Promise<void> {
  const { sold, differences, available } = await soldByLedger(api, staff, wanted.variantId)
  api.count('oversold', Math.max(0, sold - units))
  api.check('in the end: never more sold than there was', sold <= units)
  api.check('in the end: what is left is what was not sold', available === units - sold)
  api.check('in the end: the ledger adds up to the level', differences === 0)
  await removeProducts(api, staff, [wanted, other])
}
