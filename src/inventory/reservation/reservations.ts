/** Reservations, put together. */
import type { Database } from '../../platform/db.ts'
import type { Log } from '../../platform/logging.ts'
import type { Outbox } from '../../platform/outbox.ts'
import type { Procedures } from '../../platform/trpc.ts'
import { createSoldOut } from '../sold-out.ts'
import type { StockFollower } from '../stock-follower.ts'
import { createCreate } from './create.ts'
import { createEnding } from './end.ts'
import type { Count } from './outcomes.ts'
import { createReadKeys } from './repository.keys.ts'
import { createReservationRepository } from './repository.ts'
import { createReserving } from './reserve.ts'
import { createReservationRouter } from './router.ts'

export interface ReservationDeps {
  db: Database
  outbox: Outbox
  follower: StockFollower
  procedures: Procedures
  count: Count
  log: Log
}

export function createReservations({ db, outbox, follower, procedures, count, log }: ReservationDeps) {
  const repository = createReservationRepository(db, outbox)
  const reserving = createReserving(repository, follower, log)
  const create = createCreate(reserving, createSoldOut(follower, createReadKeys(db)), count)
  const ending = createEnding(repository, follower, count)
  return { create, ...ending, router: createReservationRouter({ procedures, create, ending }) }
}
