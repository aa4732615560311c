/** tRPC, set up once: context, the shape of errors, and the procedure every other one is made from. */
import { initTRPC, TRPCError } from '@trpc/server'
import { ZodError } from 'zod'
import { LoadTimeoutError, OverloadedError, WaitTimeoutError } from '../cache/errors.ts'
import { admit, type Identity, ladder, type Role } from './access.ts'
import { isDatabaseBusy } from './db.ts'
import { AppError, type ErrorDetail } from './errors.ts'
import type { Log } from './logging.ts'
import { latencyBuckets, type Metrics } from './metrics.ts'
import type { SessionCookie } from './session-cookie.ts'

export interface Context extends Identity {
  requestId: string
  log: Log
  /** Where the request comes from: an IP address, and what its program calls itself. */
  address: string
  userAgent: string
  cookie: SessionCookie
}

/** For whoever calls procedures without a request: nobody, from nowhere. */
export const nobody = (requestId: string, log: Log): Context => ({
  requestId,
  log,
  address: '',
  userAgent: '',
  hasToken: false,
  session: async () => null,
  cookie: { set: () => {}, clear: () => {} },
})

/** Seconds after which a 503 may be tried again. */
export const retryAfter = '1'

/** What a client learns of an error, on tRPC and REST alike. */
export interface PublicError extends ErrorDetail {
  message: string
  reason: string
}

const t = initTRPC.context<Context>().create({
  isDev: false, // stack traces never leave the process
  errorFormatter: ({ shape, error, ctx }) => {
    const { message, ...rest } = publicError(error)
    const { code, httpStatus, path } = shape.data
    return { ...shape, message, data: { code, httpStatus, path, requestId: ctx?.requestId, ...rest } }
  },
})

export const router = t.router
export const createCallerFactory = t.createCallerFactory

export type Procedures = ReturnType<typeof createProcedures>

/**
 * What all procedures are made from, by who may call them. Measured by procedure name, failures logged and made ready
 * for the client.
 */
export function createProcedures(metrics: Metrics) {
  const durations = metrics.histogram(
    'trpc_request_duration_seconds',
    'Time a procedure took, per call (a batch is several).',
    ['procedure', 'type', 'code'],
    latencyBuckets,
  )
  const measured = t.procedure.use(async ({ path, type, ctx, next }) => {
    const stop = durations.startTimer({ procedure: path, type })
    const result = await next()
    if (result.ok) {
      stop({ code: 'OK' })
      return result
    }
    const error = asTrpc(result.error)
    if (isDatabaseBusy(result.error.cause)) ctx.log.warn({ err: result.error, procedure: path }, 'postgres is busy')
    stop({ code: error.code })
    if (error.code === 'INTERNAL_SERVER_ERROR')
      ctx.log.error({ err: result.error, procedure: path }, 'procedure failed')
    return { ...result, error }
  })
  const atLeast = (needed: Role) =>
    measured.use(async ({ ctx, next }) => next({ ctx: { who: await admit(ctx, needed) } }))
  return {
    open: measured,
    session: atLeast(ladder.session),
    staff: atLeast(ladder.staff),
    admin: atLeast(ladder.admin),
  }
}

/** What may be told of `error`. Internals stay inside: the request id leads to the log. */
export function publicError(error: TRPCError): PublicError {
  const { cause } = error
  if (cause instanceof AppError) return { ...cause.detail, message: cause.message, reason: cause.reason }
  if (cause instanceof ZodError && error.code === 'BAD_REQUEST') {
    const issues = cause.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
    const message = issues.map((issue) => (issue.path ? `${issue.path}: ${issue.message}` : issue.message)).join('; ')
    return { message, reason: 'INVALID_INPUT', issues }
  }
  if (error.code === 'INTERNAL_SERVER_ERROR') return { message: 'Internal error', reason: 'INTERNAL' }
  return { message: error.message, reason: error.code }
}

/** An error of ours gets its own code; what has nothing to answer with in time is a matter of trying again. */
function asTrpc(error: TRPCError): TRPCError {
  const cause = isOverload(error.cause) ? overloaded() : error.cause
  return cause instanceof AppError ? new TRPCError({ code: cause.code, message: cause.message, cause }) : error
}

const isOverload = (cause: unknown) =>
  cause instanceof OverloadedError ||
  cause instanceof WaitTimeoutError ||
  cause instanceof LoadTimeoutError ||
  isDatabaseBusy(cause)

const overloaded = () => new AppError('SERVICE_UNAVAILABLE', 'OVERLOADED', 'Too busy to answer: try again in a moment')
