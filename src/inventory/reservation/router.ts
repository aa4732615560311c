/** The procedures of reservations. Whoever knows its id may commit it: until there are sessions it is the secret. */
import { type Procedures, router } from '../../platform/trpc.ts'
import type { createCreate } from './create.ts'
import type { createEnding } from './end.ts'
import * as schema from './schema.ts'

export interface ReservationRouterDeps {
  procedures: Procedures
  create: ReturnType<typeof createCreate>
  ending: ReturnType<typeof createEnding>
}

export function createReservationRouter({ procedures: { open }, create, ending }: ReservationRouterDeps) {
  return router({
    create: open
      .input(schema.createInput)
      .output(schema.reservation)
      .mutation(({ input }) => create(input)),

    byId: open
      .input(schema.byIdInput)
      .output(schema.reservation)
      .query(({ input: { id } }) => ending.byId(id)),

    extend: open
      .input(schema.extendInput)
      .output(schema.reservation)
      .mutation(({ input }) => ending.extend(input)),

    commit: open
      .input(schema.byIdInput)
      .output(schema.reservation)
      .mutation(({ input: { id } }) => ending.commit(id)),

    release: open
      .input(schema.byIdInput)
      .output(schema.reservation)
      .mutation(({ input: { id } }) => ending.release(id)),
  })
}
