/** Reservations in Postgres: each is one call of a function, one transaction, one round trip. */
import type { Database } from '../../platform/db.ts'
import type { Change, Outbox, Tx } from '../../platform/outbox.ts'
import type { Stocked } from '../caches.ts'
import type { ReserveRequest } from './request.ts'
import type { Reservation } from './schema.ts'

export type ReservationRepository = ReturnType<typeof createReservationRepository>

export interface ReserveProblem {
  line: number
  problem: 'variant' | 'location' | 'stock'
}

/** known: made before, with the same key. conflict: the key is that of another one. */
export type ReserveAnswer =
  | { outcome: 'granted' | 'known'; reservation: Reservation }
  | { outcome: 'conflict' }
  | { outcome: 'refused'; problems: ReserveProblem[] }

export type EndOutcome = 'done' | 'not_found' | 'committed' | 'released' | 'expired' | 'missing' | 'too_long'
/** Whose reservations may be met; null: anybody's. */
export type Owners = readonly string[] | null
export interface Ended {
  outcome: EndOutcome
  reservation?: Reservation
}

interface Followed {
  stock: Stocked<unknown>['stock']
  changes: Change[]
}
type Batch = Followed & {
  due?: string[]
  granted?: string[]
  lines: Reservation['lines'][]
  moment: number
  outcomes: ReserveAnswer['outcome'][]
  ids: (string | null)[]
  problems: (ReserveProblem & { request: number })[]
  reservations: Reservation[]
}

/** Reservations that are expired at once for a buyer who needs what they hold. */
const expireAtOnce = 100

export function createReservationRepository({ pool, measure }: Database, outbox: Pick<Outbox, 'holdMs' | 'settle'>) {
  const { holdMs, settle } = outbox
  const stocked = <T>(result: T, { stock, changes }: Followed): Stocked<T> => ({
    result,
    stock,
    follow: (done) => settle(changes, done),
  })
  /** A call is the whole statement, prepared once a connection. */
  const call = <T>(name: string, types: string, values: unknown[]): Promise<T> =>
    measure(`reservation.${name}`, async () => {
      const text = `SELECT ${name}(${types}) AS answer`
      const { rows } = await pool.query<{ answer: T }>({ name, text, values })
      return rows[0]?.answer as T
    })

  return {
    /**
     * An answer per request, in their order. With `look` it may do nothing and answer `due` instead: variants some of
     * which is held by reservations that are over. Expire those, and ask again.
     */
    reserve: async (requests: readonly ReserveRequest[], look: boolean): Promise<Stocked<Reserved>> => {
      const variants = new Set(requests.flatMap(({ lines }) => lines.map(({ variantId }) => variantId)))
      const values = [JSON.stringify(requests), [...variants], holdMs, look]
      const batch = await call<Batch>('reserve_batch', '$1::jsonb, $2::uuid[], $3::int, $4', values)
      if (batch.due) return stocked({ due: [...new Set(batch.due)] }, { stock: [], changes: [] })
      return stocked({ answers: answersOf(batch, requests) }, batch)
    },

    /** Expires some of the reservations that are over and hold something of `variantIds`; waits for their locks. */
    expire: async (variantIds: readonly string[]): Promise<Stocked<number>> => {
      const values = [variantIds, expireAtOnce, holdMs]
      const types = '$1::uuid[], $2::int, $3::int'
      const done = await call<Followed & { expired: number }>('expire_reservations', types, values)
      return stocked(done.expired, done)
    },

    end: async (id: string, owners: Owners, becomes: 'committed' | 'released'): Promise<Stocked<Ended>> => {
      const types = '$1::uuid, $2::uuid[], $3::reservation_status, $4::int'
      const values = [id, owners, becomes, holdMs]
      const { stock, changes, ...ended } = await call<Ended & Followed>('end_reservation', types, values)
      return stocked(normal(ended), { stock, changes })
    },

    /** `mostSeconds`: from its beginning to its end. */
    extend: async (id: string, owners: Owners, ttlSeconds: number, mostSeconds: number): Promise<Ended> => {
      const types = '$1::uuid, $2::uuid[], $3::int, $4::int'
      return normal(await call<Ended>('extend_reservation', types, [id, owners, ttlSeconds, mostSeconds]))
    },

    byId: (id: string, owners: Owners): Promise<Reservation | undefined> =>
      measure('reservation.byId', async () => {
        const { rows } = await pool.query<{ found: Reservation }>({
          name: 'reservation.byId',
          text: 'SELECT reservation_now(r) AS found FROM reservation r WHERE id = $1::uuid AND reservation_is_of(r, $2::uuid[])',
          values: [id, owners],
        })
        return rows[0] && withIsoDate(rows[0].found)
      }),
  }
}

export type Reserved = { due: string[]; answers?: undefined } | { due?: undefined; answers: ReserveAnswer[] }

function answersOf(batch: Batch, requests: readonly ReserveRequest[]): ReserveAnswer[] {
  const { granted, outcomes, ids, problems, reservations } = batch
  if (granted) {
    return requests.map(({ ttlSeconds }, index) => {
      const expiresAt = new Date(Math.floor(batch.moment) + ttlSeconds * 1_000).toISOString()
      const [id, lines] = [granted[index] as string, batch.lines[index] ?? []]
      return { outcome: 'granted', reservation: { id, status: 'active', expiresAt, lines } }
    })
  }
  const byId = new Map(reservations.map((reservation) => [reservation.id, withIsoDate(reservation)]))
  const problemsOf = Map.groupBy(problems, ({ request }) => request)
  return outcomes.map((outcome, index) => {
    if (outcome === 'conflict') return { outcome }
    if (outcome === 'refused') return { outcome, problems: problemsOf.get(index) ?? [] }
    return { outcome, reservation: byId.get(ids[index] ?? '') as Reservation }
  })
}

const withIsoDate = (reservation: Reservation): Reservation => ({
  ...reservation,
  expiresAt: new Date(reservation.expiresAt).toISOString(),
})
const normal = ({ outcome, reservation }: Ended): Ended =>
  reservation ? { outcome, reservation: withIsoDate(reservation) } : { outcome }

/**
 * For the relay: expires reservations that are over, whoever they belong to. Only tidies: whether one is over does not
 * depend on it. 10 batches of 100 in a round; what it changes is followed in the next.
 */
export function createSweep(onExpired: (count: number) => void): (tx: Tx) => Promise<void> {
  return async (tx) => {
    for (let batch = 0; batch < 10; batch += 1) {
      const { rows } = await tx.query<{ expired: number }>(
        `SELECT (expire_reservations(NULL, 100, NULL) ->> 'expired')::int AS expired`,
      )
      const expired = rows[0]?.expired ?? 0
      onExpired(expired)
      if (expired < 100) return
    }
  }
}

/** Deletes reservations, 1,000 at most, that ended and were made a month ago or more; the ledger keeps what they did. */
export async function pruneReservations(tx: Tx): Promise<void> {
  await tx.query(
    `DELETE FROM reservation WHERE id IN (
       SELECT id FROM reservation WHERE id < uuidv7(interval '-30 days') AND status <> 'active' ORDER BY id LIMIT 1000)`,
  )
}
