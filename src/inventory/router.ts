/** The procedures of stock: anyone may ask what can be bought, staff move it. */
import { z } from 'zod'
import { actorOf } from '../platform/access.ts'
import { type Procedures, router } from '../platform/trpc.ts'
import type { StockCache } from './caches.ts'
import type { createConfigure } from './configure.ts'
import { variantNotFound } from './errors.ts'
import type { createMovements } from './movements.ts'
import type { Operations } from './operations.ts'
import type { createReconcile } from './reconcile.ts'
import type { createLocationRepository } from './repository.locations.ts'
import type { createReservationRouter } from './reservation/router.ts'
import * as schema from './schema.ts'

export interface InventoryRouterDeps {
  procedures: Procedures
  stock: StockCache
  operations: Operations
  configure: ReturnType<typeof createConfigure>
  movements: ReturnType<typeof createMovements>
  reconcile: ReturnType<typeof createReconcile>
  locations: ReturnType<typeof createLocationRepository>
  reservation: ReturnType<typeof createReservationRouter>
}

export function createInventoryRouter(deps: InventoryRouterDeps) {
  const { operations, stock, locations } = deps
  const { shared, staff } = deps.procedures
  return router({
    /** In the order of `variantIds`, null for what is not for sale. */
    availability: shared
      .input(schema.availabilityInput)
      .output(z.array(schema.availability.nullable()))
      .query(({ input, ctx }) => stock.getMany(input.variantIds, ctx.readOutcome)),

    availabilityOf: shared
      .input(schema.availabilityOfInput)
      .output(schema.availability)
      .query(async ({ input: { variantId }, ctx }) => {
        const found = await stock.get(variantId, ctx.readOutcome)
        if (!found) throw variantNotFound()
        return found
      }),

    receive: staff
      .input(schema.receiveInput)
      .output(schema.level)
      .mutation(({ input, ctx }) => operations.receive(input, actorOf(ctx.who))),

    returnItems: staff
      .input(schema.receiveInput)
      .output(schema.level)
      .mutation(({ input, ctx }) => operations.returnItems(input, actorOf(ctx.who))),

    adjust: staff
      .input(schema.adjustInput)
      .output(schema.level)
      .mutation(({ input, ctx }) => operations.adjust(input, actorOf(ctx.who))),

    transfer: staff
      .input(schema.transferInput)
      .output(schema.transferred)
      .mutation(({ input, ctx }) => operations.transfer(input, actorOf(ctx.who))),

    configure: staff
      .input(schema.configureInput)
      .output(schema.configured)
      .mutation(({ input }) => deps.configure(input)),

    movements: staff
      .input(schema.movementsInput)
      .output(schema.movementPage)
      .query(({ input }) => deps.movements(input)),

    reconcile: staff
      .input(schema.reconcileInput)
      .output(schema.reconciliation)
      .mutation(({ input, ctx }) => deps.reconcile(input, actorOf(ctx.who))),

    reservation: deps.reservation,

    locations: shared.output(z.array(schema.location)).query(() => locations.all()),

    location: router({
      upsert: staff
        .input(schema.locationInput)
        .output(schema.location)
        .mutation(({ input }) => locations.upsert(input)),
    }),
  })
}
