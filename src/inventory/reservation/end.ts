/**
 * What becomes of a reservation; of somebody else's, nothing: it is not found. Who is first decides: of a commit, a release and an expiry at once, one happens.
 */
import type { StockCache } from '../caches.ts'
import * as errors from './errors.ts'
import type { Count } from './outcomes.ts'
import type { Ended, Owners, ReservationRepository } from './repository.ts'
import type { ExtendInput, Reservation } from './schema.ts'

/** From its beginning to its end. */
const mostHours = 2

export function createEnding(repository: ReservationRepository, stock: Pick<StockCache, 'changed'>, count: Count) {
  const end = async (id: string, owners: Owners, becomes: 'committed' | 'released') => {
    const reservation = doneOr(await stock.changed(() => repository.end(id, owners, becomes)))
    count(becomes)
    return reservation
  }

  return {
    /** As it is now. Throws RESERVATION_NOT_FOUND. */
    byId: async (id: string, owners: Owners): Promise<Reservation> =>
      (await repository.byId(id, owners)) ?? fail(errors.reservationNotFound()),

    /** Takes what was reserved: it has left the stock. Throws RESERVATION_{NOT_FOUND,EXPIRED,COMMITTED,RELEASED}. */
    commit: (id: string, owners: Owners): Promise<Reservation> => end(id, owners, 'committed'),

    /** Gives back what was reserved. Throws the same: done twice, the second time says so. */
    release: (id: string, owners: Owners): Promise<Reservation> => end(id, owners, 'released'),

    /** Kept for `ttlSeconds` from now, never shorter than before. Throws the same, and EXTEND_TOO_LONG. */
    extend: async ({ id, ttlSeconds }: ExtendInput, owners: Owners): Promise<Reservation> => {
      const reservation = doneOr(await repository.extend(id, owners, ttlSeconds, mostHours * 3_600))
      count('extended')
      return reservation
    },
  }
}

function doneOr({ outcome, reservation }: Ended): Reservation {
  if (outcome === 'not_found' || !reservation) throw errors.reservationNotFound()
  if (outcome === 'committed') throw errors.reservationCommitted()
  if (outcome === 'released') throw errors.reservationReleased()
  if (outcome === 'expired') throw errors.reservationExpired()
  if (outcome === 'missing') throw errors.stockNotIn()
  if (outcome === 'too_long') throw errors.extendTooLong(mostHours)
  return reservation
}

function fail(error: Error): never {
  throw error
}
