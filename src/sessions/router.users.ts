/** The procedures for admins of users. */
import { type Procedures, router } from '../platform/trpc.ts'
import type { createUserList } from './repository.users.ts'
import * as schema from './schema.users.ts'
import type { createChangeUser } from './users.ts'

export interface UserRouterDeps {
  procedures: Procedures
  list: ReturnType<typeof createUserList>
  change: ReturnType<typeof createChangeUser>
}

export function createUserRouter({ procedures: { admin }, list, change }: UserRouterDeps) {
  return router({
    list: admin
      .input(schema.listInput)
      .output(schema.users)
      .query(({ input }) => list(input)),

    setRole: admin
      .input(schema.setRoleInput)
      .output(schema.user)
      .mutation(({ ctx, input: { userId, role } }) => change(ctx.who, userId, { role }, ctx)),

    disable: admin
      .input(schema.setStatusInput)
      .output(schema.user)
      .mutation(({ ctx, input: { userId } }) => change(ctx.who, userId, { status: 'disabled' }, ctx)),

    enable: admin
      .input(schema.setStatusInput)
      .output(schema.user)
      .mutation(({ ctx, input: { userId } }) => change(ctx.who, userId, { status: 'active' }, ctx)),
  })
}
