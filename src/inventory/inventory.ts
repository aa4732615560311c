/** Stock, put together: the only file of this folder that others import. */
import type { Cache } from '../cache/cache.ts'
import type { Database } from '../platform/db.ts'
import type { Log } from '../platform/logging.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Outbox, Tx } from '../platform/outbox.ts'
import type { Procedures } from '../platform/trpc.ts'
import { createStockCache } from './caches.ts'
import { createConfigure } from './configure.ts'
import { followStock } from './follow.ts'
import { createMovements } from './movements.ts'
import { createOperations } from './operations.ts'
import { createReconcile } from './reconcile.ts'
import { forgetOldKeys } from './repository.idempotency.ts'
import { createLocationRepository } from './repository.locations.ts'
import { type Count, createOutcomes } from './reservation/outcomes.ts'
import { createSweep, pruneReservations } from './reservation/repository.ts'
import { createReservations } from './reservation/reservations.ts'
import { inventoryRest } from './rest.ts'
import { createInventoryRouter } from './router.ts'

export interface InventoryDeps {
  db: Database
  cache: Cache
  outbox: Outbox
  procedures: Procedures
  count: Count
  log: Log
}

export function createInventory({ db, cache, outbox, procedures, count, log }: InventoryDeps) {
  const stock = createStockCache({ cache, db, outbox })
  followStock(outbox, stock)
  const reservations = createReservations({ db, outbox, stock, procedures, count, log })
  const router = createInventoryRouter({
    procedures,
    stock,
    operations: createOperations({ outbox, stock }),
    configure: createConfigure(outbox, stock),
    movements: createMovements(db),
    reconcile: createReconcile(db, outbox),
    locations: createLocationRepository(db),
    reservation: reservations.router,
  })
  return { router, rest: inventoryRest, stock }
}

/** What becomes of reservations, counted; and the chore of the relay that expires those that are over. */
export function createReservationSweep(metrics: Metrics): { count: Count; chore: (tx: Tx) => Promise<void> } {
  const count = createOutcomes(metrics)
  return { count, chore: createSweep((expired) => count('expired', expired)) }
}

/** For the relay: now and then, keys and reservations that are old are forgotten. */
export function createKeyChore(now: () => number, everyMs = 60_000) {
  let doneAt = Number.NEGATIVE_INFINITY
  return async (client: Tx): Promise<void> => {
    if (now() < doneAt + everyMs) return
    doneAt = now()
    await forgetOldKeys(client)
    await pruneReservations(client)
  }
}
