/**
 * Whatever may change something and bears the cookie has to come from a page of ours. SameSite and JSON say so already;
 * this holds where a browser's defaults or a sibling subdomain would not.
 */
import { TRPCError } from '@trpc/server'
import type { RequestHandler } from 'express'
import { AppError } from './errors.ts'
import { type CookieForm, hasCookie } from './session-cookie.ts'

/** Refuses with 403 CROSS_SITE. What has no cookie, or no browser behind it, passes. */
export function sameSite(form: CookieForm): RequestHandler {
  return (request, _response, next) => {
    const { method, headers } = request
    if (method === 'GET' || method === 'HEAD' || headers.authorization !== undefined || !hasCookie(request, form)) {
      return next()
    }
    const site = headers['sec-fetch-site']
    if (site === undefined ? isOwn(headers.origin, headers.host) : site === 'same-origin') return next()
    const cause = new AppError('FORBIDDEN', 'CROSS_SITE', 'This was sent from a page elsewhere')
    next(new TRPCError({ code: cause.code, message: cause.message, cause }))
  }
}

/** Browsers send an Origin with every POST; what sends none is no browser. */
function isOwn(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true
  return URL.canParse(origin) && new URL(origin).host === host
}
