/** tRPC, set up once: context, the shape of errors, and the procedure every other one is made from. */
import {
  type AnyTRPCProcedure,
  type AnyTRPCRouter,
  getTRPCErrorFromUnknown,
  initTRPC,
  type ProcedureType,
  TRPCError,
} from '@trpc/server'
import { ZodError } from 'zod'
import { LoadTimeoutError, OverloadedError, WaitTimeoutError } from '../cache/errors.ts'
import type { ReadOutcome } from '../cache/insight/read-outcome.ts'
import { admit, type Identity, ladder, type Role } from './access.ts'
import { noStore } from './answers/send.ts'
import { isDatabaseBusy } from './db.ts'
import { AppError, type ErrorDetail } from './errors.ts'
import type { Log } from './logging.ts'
import { metricNames, serverFaults } from './metric-names.ts'
import { latencyBuckets, type Metrics } from './metrics.ts'
import type { RateLimits } from './rate-limit.ts'
import type { SessionCookie } from './session-cookie.ts'
import type { Trace } from './tracing/trace.ts'

export interface Context extends Identity {
  requestId: string
  /** The logger of the request: it costs more than a cached answer, so it is made when there is something to write. */
  log(): Log
  /** Where the request comes from: an IP address, and what its program calls itself. */
  address: string
  userAgent: string
  /** Whom limits are counted for, without a session. */
  caller: string
  cookie: SessionCookie
  /** What the cache did, for the answer's headers. */
  readOutcome?: ReadOutcome
}

/** For whoever calls procedures without a request: nobody, from nowhere. */
export const nobody = (requestId: string, log: Log): Context => ({
  requestId,
  log: () => log,
  address: '',
  userAgent: '',
  caller: 'nobody',
  hasToken: false,
  session: async () => null,
  cookie: { set: () => {}, clear: () => {} },
})

/** Seconds after which a 503 may be tried again. */
export const retryAfter = '1'

/** What `Retry-After` says for these errors; undefined: nothing. Of several, the one that takes longest. */
export function retryAfterOf(errors: readonly TRPCError[]): string | undefined {
  const seconds = errors.flatMap(({ code, cause }) => {
    if (cause instanceof AppError && cause.detail.retryAfterSeconds) return cause.detail.retryAfterSeconds
    return code === 'SERVICE_UNAVAILABLE' ? Number(retryAfter) : []
  })
  return seconds.length > 0 ? String(Math.max(...seconds)) : undefined
}

/** The headers that go with errors. */
export function errorHeaders(errors: readonly TRPCError[]): Record<string, string> {
  const seconds = retryAfterOf(errors)
  return seconds === undefined ? {} : { 'Retry-After': seconds }
}

/** The headers of all that tRPC's own adapter answers: streams among it, errors, and what is for somebody. */
export const stockHeaders = (errors: readonly TRPCError[]): Record<string, string> => ({
  'Cache-Control': noStore,
  ...errorHeaders(errors),
})

/** What a client learns of an error, on tRPC and REST alike. */
export interface PublicError extends ErrorDetail {
  message: string
  reason: string
}

/** What the description of a procedure needs to know of it. */
export interface ProcedureMeta {
  needs?: Role
  /** The answer is the same for everybody: HTTP's caches may keep it. */
  shared?: true
}

interface Asked {
  path: string
  type: ProcedureType
  ctx: Context
}

type Outcome = { ok: true } | { ok: false; error: TRPCError }

const root = initTRPC.context<Context>().meta<ProcedureMeta>()

const t = root.create({
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
export function createProcedures(metrics: Metrics, limits: RateLimits, trace?: Trace) {
  const durations = metrics.histogram(
    metricNames.procedures,
    'Time a procedure took, per call (a batch is several).',
    ['procedure', 'type', 'code'],
    latencyBuckets,
  )
  /** As tRPC's middlewares do, in one: each costs a call of a cached answer dear. */
  const measured = async <Result extends Outcome>({ path, type, ctx }: Asked, run: () => Promise<Result>) => {
    const since = performance.now()
    const observe = (code: string) =>
      durations.observe({ procedure: path, type, code }, (performance.now() - since) / 1_000)
    const failed = (given: TRPCError) => {
      const error = asTrpc(given)
      if (isDatabaseBusy(given.cause)) ctx.log().warn({ err: given, procedure: path }, 'postgres is busy')
      if (error.code === 'INTERNAL_SERVER_ERROR') ctx.log().error({ err: given, procedure: path }, 'procedure failed')
      observe(error.code)
      return error
    }
    let result: Result
    try {
      result = await run()
    } catch (cause) {
      throw failed(getTRPCErrorFromUnknown(cause))
    }
    if (!result.ok) return { ...result, error: failed(result.error) }
    observe('OK')
    return result
  }
  const watched: typeof measured = trace ? traced(measured, trace) : measured
  const open = t.procedure.use((call) =>
    watched(call, () => {
      const counted = limits.call(call.type, call.ctx.caller)
      return counted ? counted.then(() => call.next()) : call.next()
    }),
  )
  /** With a session, that is what is counted; who is not let in is counted by address. */
  const atLeast = (needed: Role) =>
    t.procedure.meta({ needs: needed }).use((call) =>
      watched(call, async () => {
        const { type, ctx, next } = call
        const who = await admit(ctx, needed).catch(async (error) => {
          await limits.call('query', ctx.caller)
          throw error
        })
        const counted = limits.call(type, who.sessionId)
        if (counted) await counted
        return next({ ctx: { who } })
      }),
    )
  return {
    open,
    shared: open.meta({ shared: true }),
    session: atLeast(ladder.session),
    staff: atLeast(ladder.staff),
    admin: atLeast(ladder.admin),
    /** From now on there is a series for each procedure of `known`, called or not: a first failure is then a rise. */
    expose: (known: AnyTRPCRouter) => {
      for (const [procedure, { _def }] of Object.entries<AnyTRPCProcedure>(known._def.procedures)) {
        for (const code of ['OK', ...serverFaults]) durations.zero({ procedure, type: _def.type, code })
      }
    },
  }
}

type Measure = <Result extends Outcome>(call: Asked, run: () => Promise<Result>) => Promise<Result>

const traced =
  (measure: Measure, trace: Trace): Measure =>
  (call, run) => {
    let code = 'OK'
    const work = async () => {
      const result = await measure(call, run)
      if (!result.ok) code = result.error.code
      return result
    }
    return trace(`${call.type} ${call.path}`, { procedure: call.path }, work, () => ({ code }))
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
