/** What is refused before tRPC sees it, in the shape of tRPC's errors. */
import type { RequestHandler } from 'express'
import { refuse } from './refuse.ts'

/** The adapter makes a web Request of each, and that of a TRACE throws: 500. */
export const knownMethods: RequestHandler = (request, response, next) => {
  if (request.method === 'GET' || request.method === 'POST' || request.method === 'HEAD') return next()
  response.set('Allow', 'GET, HEAD, POST')
  refuse(request, response, 'METHOD_NOT_SUPPORTED', 'Queries are asked with GET, mutations with POST')
}

export const trpcLimits = { maxBodySize: 1024 * 1024, maxBatchSize: 20 }

/**
 * Requires JSON of whatever may change something. A form, text or octets can be posted from any page, with the cookies
 * of whoever looks at it and without a preflight (CSRF); JSON can't. tRPC itself takes forms and octets.
 */
export const jsonOnly: RequestHandler = (request, response, next) => {
  const { method, headers } = request
  if (method === 'GET' || method === 'HEAD') return next()
  if (/^application\/json *(;|$)/i.test(headers['content-type'] ?? '')) return next()
  refuse(request, response, 'UNSUPPORTED_MEDIA_TYPE', 'Send JSON, with the content-type application/json')
}

/** tRPC's own limit knows no request yet, and so no request id. */
export const maxBatch =
  (most: number): RequestHandler =>
  (request, response, next) => {
    if (!('batch' in request.query) || request.path.split(/,|%2c/i).length <= most) return next()
    refuse(request, response, 'BAD_REQUEST', `A batch may have ${most} calls at most`)
  }

/** tRPC's adapter looks at what follows the last slash only: `/trpc/any/thing/ok` would run `ok`. */
export const strictPath: RequestHandler = (request, response, next) => {
  if (!request.path.slice(1).includes('/')) return next()
  refuse(request, response, 'NOT_FOUND', 'There is no procedure on this path')
}
