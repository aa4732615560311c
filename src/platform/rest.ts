/** The errors of the REST face: those of the procedures, as plain JSON. Its routes: rest/route.ts. */
import { TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { noStore } from './answers/send.ts'
import { type Log, logOf } from './logging.ts'
import { publicError, retryAfterOf } from './trpc.ts'

export const notFound: RequestHandler = (request) => {
  throw new TRPCError({ code: 'NOT_FOUND', message: `There is nothing at ${request.method} ${request.path}` })
}

/** The last handler: any error as JSON, with its status and the request's id. */
export function restErrors(log: Log): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (response.headersSent) return next(error)
    const known = error instanceof TRPCError ? error : fromExpress(error)
    const status = getHTTPStatusCodeFromError(known)
    const retryAfter = retryAfterOf([known])
    if (retryAfter) response.set('Retry-After', retryAfter)
    if (status >= 500 && status !== 503) logOf(request, log).error({ err: error }, 'request failed')
    response.set('Cache-Control', noStore)
    response.status(status).json({ error: { code: known.code, ...publicError(known), requestId: request.id } })
  }
}

/** Express and its parsers mark the errors a client caused with a status below 500: a malformed path, for one. */
function fromExpress(error: unknown): TRPCError {
  const { status } = error as { status?: number }
  if (status === 413) return new TRPCError({ code: 'PAYLOAD_TOO_LARGE', message: 'The body is too large' })
  if (status && status >= 400 && status < 500) {
    return new TRPCError({ code: 'BAD_REQUEST', message: 'The request is malformed' })
  }
  return new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: 'Internal error', cause: error })
}
