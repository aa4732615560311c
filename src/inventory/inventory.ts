/** Stock, put together: the only file of this folder that others import. */
import type { Database } from '../platform/db.ts'
import type { Log } from '../platform/logging.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Outbox, Tx } from '../platform/outbox.ts'
import { type Procedures, router } from '../platform/trpc.ts'
import { type Count, createOutcomes } from './reservation/outcomes.ts'
import { createSweep } from './reservation/repository.ts'
import { createReservations } from './reservation/reservations.ts'
import { reservationRoutes } from './reservation/rest.ts'
import { createPlainFollower } from './stock-follower.ts'

export interface InventoryDeps {
  db: Database
  outbox: Outbox
  procedures: Procedures
  count: Count
  log: Log
}

export function createInventory({ db, outbox, procedures, count, log }: InventoryDeps) {
  const follower = createPlainFollower(outbox)
  const reservations = createReservations({ db, outbox, follower, procedures, count, log })
  return { router: router({ reservation: reservations.router }), reservationRoutes }
}

/** What becomes of reservations, counted; and the chore of the relay that expires those that are over. */
export function createReservationSweep(metrics: Metrics): { count: Count; chore: (tx: Tx) => Promise<void> } {
  const count = createOutcomes(metrics)
  return { count, chore: createSweep((expired) => count('expired', expired)) }
}
