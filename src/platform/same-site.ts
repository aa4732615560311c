/**
 * Whatever may change something and bears the cookie has to come from a page of ours. SameSite and JSON say so already;
 * this holds where a browser's defaults or a sibling subdomain would not.
 */
import type { IncomingMessage } from 'node:http'
import type { Handler } from './front.ts'
import { refuse } from './refuse.ts'
import { type CookieForm, hasCookie } from './session-cookie.ts'

/** What has no cookie, or no browser behind it, passes. */
function isFromHere(request: IncomingMessage, form: CookieForm): boolean {
  const { method, headers } = request
  if (method === 'GET' || method === 'HEAD' || headers.authorization !== undefined || !hasCookie(request, form)) {
    return true
  }
  const site = headers['sec-fetch-site']
  return site === undefined ? isOwn(headers.origin, headers.host) : site === 'same-origin'
}

/** Refuses the others with 403 CROSS_SITE. */
export const sameSite =
  (form: CookieForm): Handler =>
  (request, response, next) => {
    if (isFromHere(request, form)) return next()
    refuse(request, response, 'FORBIDDEN', 'This was sent from a page elsewhere', 'CROSS_SITE')
  }

/** Browsers send an Origin with every POST; what sends none is no browser. */
function isOwn(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true
  return URL.canParse(origin) && new URL(origin).host === host
}
