/**
 * The procedures of reservations. Made with a session, one is its user's or guest's; made without, it is that of whoever
 * knows its id.
 */
import { type Procedures, router } from '../../platform/trpc.ts'
import type { createCreate } from './create.ts'
import type { createEnding } from './end.ts'
import { ownerOf, ownersOf } from './owner.ts'
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
      .mutation(async ({ input, ctx }) => create(input, ownerOf(await ctx.session()))),

    byId: open
      .input(schema.byIdInput)
      .output(schema.reservation)
      .query(async ({ input: { id }, ctx }) => ending.byId(id, ownersOf(await ctx.session()))),

    extend: open
      .input(schema.extendInput)
      .output(schema.reservation)
      .mutation(async ({ input, ctx }) => ending.extend(input, ownersOf(await ctx.session()))),

    commit: open
      .input(schema.byIdInput)
      .output(schema.reservation)
      .mutation(async ({ input: { id }, ctx }) => ending.commit(id, ownersOf(await ctx.session()))),

    release: open
      .input(schema.byIdInput)
      .output(schema.reservation)
      .mutation(async ({ input: { id }, ctx }) => ending.release(id, ownersOf(await ctx.session()))),
  })
}
