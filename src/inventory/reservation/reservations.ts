/** Reservations, put together. */
import type { Database } from '../../platform/db.ts'
import type { Log } from '../../platform/logging.ts'
import type { Outbox } from '../../platform/outbox.ts'
import type { Procedures } from '../../platform/trpc.ts'
import type { StockCache } from '../caches.ts'
import { createSoldOut } from '../sold-out.ts'
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
  stock: StockCache
  procedures: Procedures
  count: Count
  log: Log
}

export function createReservations({ db, outbox, stock, procedures, count, log }: ReservationDeps) {
  const repository = createReservationRepository(db, outbox)
  const reserving = createReserving(repository, stock, log)
  const create = createCreate(reserving, createSoldOut(stock, createReadKeys(db)), count)
  const ending = createEnding(repository, stock, count)
  return { create, ...ending, router: createReservationRouter({ procedures, create, ending }) }
}
