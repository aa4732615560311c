/** The procedures of sessions. Whatever answers a token also sets it as a cookie. */
import { type Context, type Procedures, router } from '../platform/trpc.ts'
import type { createChangePassword } from './change-password.ts'
import { accountRequired } from './errors.ts'
import type { Login } from './login.ts'
import type { Visitor } from './open.ts'
import type { createGuest, createRegister } from './register.ts'
import type { SessionRepository } from './repository.sessions.ts'
import type { createRevoking } from './revoke.ts'
import * as schema from './schema.ts'

export interface SessionRouterDeps {
  procedures: Procedures
  sessions: Pick<SessionRepository, 'ofUser'>
  guest: ReturnType<typeof createGuest>
  register: ReturnType<typeof createRegister>
  login: Login
  revoking: ReturnType<typeof createRevoking>
  changePassword: ReturnType<typeof createChangePassword>
}

/** Sessions in a list, at most. */
const mostListed = 100

export function createSessionRouter(deps: SessionRouterDeps) {
  const { procedures, sessions, revoking } = deps
  const { open, session } = procedures
  return router({
    guest: open
      .input(schema.guestInput)
      .output(schema.opened)
      .mutation(async ({ ctx, input }) => keep(ctx, await deps.guest(await visitorOf(ctx, input?.device)))),

    register: open
      .input(schema.registerInput)
      .output(schema.opened)
      .mutation(async ({ ctx, input }) => keep(ctx, await deps.register(input, await visitorOf(ctx, input.device)))),

    login: open
      .input(schema.loginInput)
      .output(schema.opened)
      .mutation(async ({ ctx, input }) => keep(ctx, await deps.login(input, await visitorOf(ctx, input.device)))),

    me: session.output(schema.me).query(({ ctx: { who } }) => ({
      session: { id: who.sessionId, kind: who.userId === null ? 'guest' : 'user', expiresAt: who.expiresAt },
      user: who.userId === null || who.role === 'guest' ? null : { id: who.userId, role: who.role },
    })),

    logout: session.output(schema.revoked).mutation(async ({ ctx }) => {
      await revoking.logout(ctx.who, ctx)
      ctx.cookie.clear()
      return { revoked: 1 }
    }),

    /** The newest hundred that live. */
    list: session.output(schema.list).query(async ({ ctx: { who } }) => {
      if (who.userId === null) throw accountRequired()
      const rows = await sessions.ofUser(who.userId, mostListed)
      return { items: rows.map((row) => ({ ...row, current: row.id === who.sessionId })), nextCursor: null }
    }),

    revoke: session
      .input(schema.revokeInput)
      .output(schema.revoked)
      .mutation(async ({ ctx, input }) => {
        await revoking.revoke(ctx.who, input.id, ctx)
        return { revoked: 1 }
      }),

    revokeOthers: session
      .output(schema.revoked)
      .mutation(async ({ ctx }) => ({ revoked: await revoking.revokeOthers(ctx.who, ctx) })),

    changePassword: session
      .input(schema.changePasswordInput)
      .output(schema.opened)
      .mutation(async ({ ctx, input }) =>
        keep(ctx, await deps.changePassword(ctx.who, input, await visitorOf(ctx, undefined))),
      ),
  })
}

async function visitorOf(ctx: Context, device: string | undefined): Promise<Visitor> {
  const { address, userAgent, requestId } = ctx
  return { address, device: device ?? userAgent, requestId, who: await ctx.session() }
}

function keep({ cookie }: Context, opened: schema.Opened): schema.Opened {
  cookie.set(opened.token, opened.expiresAt)
  return opened
}
