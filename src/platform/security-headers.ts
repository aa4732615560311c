/**
 * Headers that tell a browser to make nothing of an answer but data. By hand: of helmet's twelve, these are the ones
 * that mean something for an API that serves no pages, and each is paid for on every request
 * (docs/decisions/0027). A page sets its own Content-Security-Policy.
 *
 * There is no CORS: without `Access-Control-Allow-Origin`, other sites' scripts read nothing here.
 */
import type { Handler } from './front.ts'

const headers = {
  // Nothing is what it looks like, only what its content-type says.
  'X-Content-Type-Options': 'nosniff',
  // Opened as a page: no scripts, no frames, not in anybody's frame.
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  // Browsers heed it over TLS only.
  'Strict-Transport-Security': 'max-age=31536000',
}
const entries = Object.entries(headers)

export const securityHeaders: Handler = (_request, response, next) => {
  for (const [name, value] of entries) response.setHeader(name, value)
  next()
}
