/** The profile procedures: for the user itself, and for staff. */
import type { Aside } from '../cache/options.ts'
import { mayActAs, roleRequired, type Who } from '../platform/access.ts'
import type { Outbox } from '../platform/outbox.ts'
import { type Procedures, router } from '../platform/trpc.ts'
import { userNotFound } from './errors.ts'
import { getInput, type Profile, profile, updateInput } from './schema.ts'
import { changeProfile } from './update.ts'

export interface ProfileRouterDeps {
  procedures: Procedures
  outbox: Outbox
  profiles: Aside<string, Profile>
}

export function createProfileRouter({ procedures: { session }, outbox, profiles }: ProfileRouterDeps) {
  return router({
    get: session
      .input(getInput)
      .output(profile)
      .query(async ({ ctx, input }) => {
        check(ctx.who, input.userId)
        const found = await profiles.get(input.userId)
        if (!found) throw userNotFound()
        return found
      }),

    update: session
      .input(updateInput)
      .output(profile)
      .mutation(({ ctx, input }) => {
        check(ctx.who, input.userId)
        return changeProfile(outbox, input)
      }),
  })
}

/** The same for a user of others and for one that does not exist: who there is, is nobody's business. */
function check({ role, userId }: Who, wanted: string): void {
  if (userId !== wanted && !mayActAs(role, 'staff')) throw roleRequired('staff')
}
