/**
 * Postgres is restarted while people look around and buy. What is cached is answered meanwhile, the rest is told to come
 * again, and whatever was acknowledged is there afterwards.
 */
import type { Settings } from '../config/settings.ts'
import { asStaff } from '../journeys/accounts.ts'
import { browse } from '../journeys/browse.ts'
import { type Catalogue, readCatalogue } from '../journeys/catalogue.ts'
import { makeProduct, type OwnProduct, removeProducts } from '../journeys/own-product.ts'
import { soldByLedger, stockUp } from '../journeys/stock.ts'
import type { Api, Visitor } from '../lib/api.ts'
import type { Fault } from '../lib/faults.ts'
import { usual } from '../lib/thresholds.ts'

export const plan = { rate: 60, maxVus: 300, seconds: 45 }
export const faults: Fault[] = [{ at: 15, do: 'postgres-restart' }]
export const thresholds = [...usual({ p99Ms: 3_000, errorRate: 0.05 }), { metric: 'counters.lost', most: 0 } as const]

interface State extends Catalogue {
  thing: OwnProduct
  units: number
  staff: string
}
interface Reservation {
  id: string
}

export async function setup(api: Api, settings: Settings): Promise<State> {
  const staff = await asStaff(api, settings)
  const [thing, units] = [await makeProduct(api, staff, 'restart'), 1_000_000]
  await stockUp(api, staff, thing.variantId, units)
  return { ...(await readCatalogue(api, settings)), thing, units, staff }
}

export async function iteration(api: Api, state: State, random: Visitor['random'], visitor: Visitor): Promise<void> {
  if (random.chance(0.85)) return browseOn(api, state, random)
  const known = visitor.memory.get('reserved') as string | undefined
  if (known) await isThere(api, known)
  await reserve(api, state, visitor)
}

/** Checks of what is shown would fail along with the answer, which is counted as an error already. */
const browseOn = (api: Api, state: State, random: Visitor['random']) =>
  browse({ ...api, check: (_name, passes) => passes }, state, random)

async function reserve(
  api: Api,
  { thing: { variantId } }: State,
  { memory, iteration, warmUp }: Visitor,
): Promise<void> {
  const idempotencyKey = `${variantId}-${warmUp ? 'warm-' : ''}${iteration}`
  const input = { lines: [{ variantId, quantity: 1 }], ttlSeconds: 3_600, idempotencyKey }
  const { data } = await api.mutate<Reservation>('inventory.reservation.create', input)
  if (!data) return
  api.count('granted')
  memory.set('reserved', data.id)
}

async function isThere(api: Api, id: string): Promise<void> {
  const { data, reason } = await api.query<Reservation>('inventory.reservation.byId', { id })
  if (data) api.check('what was acknowledged is there', data.id === id)
  else if (reason === 'RESERVATION_NOT_FOUND') api.count('lost')
}

export async function teardown(api: Api, { thing, units, staff }: State): Promise<void> {
  const { differences, available = 0 } = await soldByLedger(api, staff, thing.variantId)
  api.check('in the end: the ledger adds up to the level', differences === 0)
  api.check('in the end: some was bought', available < units)
  await removeProducts(api, staff, [thing])
}
