/** What is refused before tRPC sees it, in the shape of tRPC's errors. */
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import type { Request, RequestHandler, Response } from 'express'
import { crossSite, isFromHere } from './same-site.ts'
import type { CookieForm } from './session-cookie.ts'

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

/** tRPC's own limit knows no request yet, and so no request id. */
export const maxBatch =
  (most: number): RequestHandler =>
  (request, response, next) => {
    if (!('batch' in request.query) || request.path.split(/,|%2c/i).length <= most) return next()
    refuse(request, response, 400, 'BAD_REQUEST', `A batch may have ${most} calls at most`)
  }

/** What a page elsewhere has sent with the cookie of whoever looks at it: see same-site.ts. */
export const sameSite =
  (form: CookieForm): RequestHandler =>
  (request, response, next) => {
    if (isFromHere(request, form)) return next()
    refuse(request, response, 403, 'FORBIDDEN', crossSite.message, crossSite.reason)
  }

function refuse(
  { id }: Request,
  response: Response,
  httpStatus: number,
  code: keyof typeof TRPC_ERROR_CODES_BY_KEY,
  message: string,
  reason: string = code,
): void {
  const data = { code, httpStatus, reason, requestId: String(id) }
  response.status(httpStatus).json({ error: { message, code: TRPC_ERROR_CODES_BY_KEY[code], data } })
}
