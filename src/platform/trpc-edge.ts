/** What is refused before tRPC sees it, in the shape of tRPC's errors. */
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import type { Request, RequestHandler, Response } from 'express'
import { noStore } from './answers/send.ts'

export const trpcLimits = { maxBodySize: 1024 * 1024, maxBatchSize: 20 }

/**
 * Requires JSON of whatever may change something. A form, text or octets can be posted from any page, with the cookies
 * of whoever looks at it and without a preflight (CSRF); JSON can't. tRPC itself takes forms and octets.
 */
export const jsonOnly: RequestHandler = (request, response, next) => {
  const { method, headers } = request
  if (method === 'GET' || method === 'HEAD') return next()
  if (/^application\/json *(;|$)/i.test(headers['content-type'] ?? '')) return next()
  refuse(request, response, 415, 'UNSUPPORTED_MEDIA_TYPE', 'Send JSON, with the content-type application/json')
}

/** tRPC's adapter looks at a path's last segment: `/trpc/any/thing/name` would be a second address of `name`. */
export const strictPath: RequestHandler = (request, response, next) => {
  if (request.path.lastIndexOf('/') === 0) return next()
  refuse(request, response, 404, 'NOT_FOUND', 'A procedure is called as /trpc/ and its name')
}

/** tRPC's own limit knows no request yet, and so no request id. */
export const maxBatch =
  (most: number): RequestHandler =>
  (request, response, next) => {
    if (!('batch' in request.query) || request.path.split(/,|%2c/i).length <= most) return next()
    refuse(request, response, 400, 'BAD_REQUEST', `A batch may have ${most} calls at most`)
  }

function refuse(
  { id }: Request,
  response: Response,
  httpStatus: number,
  code: keyof typeof TRPC_ERROR_CODES_BY_KEY,
  message: string,
): void {
  const data = { code, httpStatus, reason: code, requestId: String(id) }
  response
    .set('Cache-Control', noStore)
    .status(httpStatus)
    .json({ error: { message, code: TRPC_ERROR_CODES_BY_KEY[code], data } })
}
