/** The REST face: plain JSON over the same procedures, with the same errors. */
import { TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { publicError, retryAfter } from './trpc.ts'

/** A handler that answers with what `answer` resolves to. */
export function json(answer: (request: Request, response: Response) => Promise<unknown>): RequestHandler {
  return async (request, response) => {
    response.json(await answer(request, response))
  }
}

/** Query parameters as a procedure's input: the named ones become numbers where they look like numbers. */
export function queryInput(request: Request, numbers: readonly string[]): Record<string, unknown> {
  const entries = Object.entries(request.query).map(([name, value]) => [
    name,
    numbers.includes(name) && typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value,
  ])
  return Object.fromEntries(entries)
}

/** Any page may post a form or text, with the cookies of whoever looks at it; JSON it may not. */
export const jsonBody: RequestHandler = (request, _response, next) => {
  if (/^application\/json *(;|$)/i.test(request.headers['content-type'] ?? '')) return next()
  throw new TRPCError({
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'Send JSON, with the content-type application/json',
  })
}

export const notFound: RequestHandler = (request) => {
  throw new TRPCError({ code: 'NOT_FOUND', message: `There is nothing at ${request.method} ${request.path}` })
}

/** The last handler: any error as JSON, with its status and the request's id. */
export const restErrors: ErrorRequestHandler = (error, request, response, next) => {
  if (response.headersSent) return next(error)
  const known = error instanceof TRPCError ? error : fromExpress(error)
  const status = getHTTPStatusCodeFromError(known)
  if (status === 503) response.set('Retry-After', retryAfter)
  else if (status >= 500) request.log.error({ err: error }, 'request failed')
  response.status(status).json({ error: { code: known.code, ...publicError(known), requestId: request.id } })
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
