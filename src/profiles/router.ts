/** The profile procedures. For staff, until there are sessions: then also for the user itself. */
import type { Aside } from '../cache/options.ts'
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

export function createProfileRouter({ procedures: { staff }, outbox, profiles }: ProfileRouterDeps) {
  return router({
    get: staff
      .input(getInput)
      .output(profile)
      .query(async ({ input }) => {
        const found = await profiles.get(input.userId)
        if (!found) throw userNotFound()
        return found
      }),

    update: staff
      .input(updateInput)
      .output(profile)
      .mutation(({ input }) => changeProfile(outbox, input)),
  })
}
