/** Stock, put together: the only file of this folder that others import. */
import type { Cache } from '../cache/cache.ts'
import type { Database } from '../platform/db.ts'
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
import { inventoryRoutes } from './rest.ts'
import { createInventoryRouter } from './router.ts'

export interface InventoryDeps {
  db: Database
  cache: Cache
  outbox: Outbox
  procedures: Procedures
}

export function createInventory({ db, cache, outbox, procedures }: InventoryDeps) {
  const stock = createStockCache({ cache, db, outbox })
  followStock(outbox, stock)
  const router = createInventoryRouter({
    procedures,
    stock,
    operations: createOperations({ outbox, stock }),
    configure: createConfigure(outbox, stock),
    movements: createMovements(db),
    reconcile: createReconcile(db, outbox),
    locations: createLocationRepository(db),
  })
  return { router, routes: inventoryRoutes, stock }
}

/** For the relay: now and then, keys that are old are forgotten. */
export function createKeyChore(now: () => number, everyMs = 60_000) {
  let doneAt = Number.NEGATIVE_INFINITY
  return async (client: Tx): Promise<void> => {
    if (now() < doneAt + everyMs) return
    doneAt = now()
    await forgetOldKeys(client)
  }
}
