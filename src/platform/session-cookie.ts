/** The token on its way: from a request's `Authorization` or cookie, and back as a cookie. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { stringifySetCookie } from 'cookie'

export interface SessionCookie {
  set(token: string, expiresAt: string): void
  clear(): void
}

/**
 * `secure`: named `__Host-…`, which browsers take only with Secure, from this host and for all paths, so that neither a
 * subdomain nor plain http can plant one. `plain`: for development over http in browsers that want it.
 */
export type CookieForm = 'secure' | 'plain'

const tokenForm = /^[\w-]{43}$/

const names = { secure: '__Host-session', plain: 'session' }

/**
 * `sent`: a token came along, whatever it is; `token`: it has the form of one. `Authorization` comes before the cookie,
 * and there is no second try.
 */
export function tokenOf({ headers }: IncomingMessage, form: CookieForm): { sent: boolean; token: string | undefined } {
  const { authorization } = headers
  if (authorization !== undefined) {
    const [, token = ''] = authorization.match(/^Bearer +(\S+)$/i) ?? []
    return { sent: true, token: tokenForm.test(token) ? token : undefined }
  }
  const value = cookieOf(headers.cookie, names[form])
  return { sent: value !== undefined, token: value !== undefined && tokenForm.test(value) ? value : undefined }
}

/** Whether a browser has sent the cookie by itself. */
export const hasCookie = ({ headers }: IncomingMessage, form: CookieForm): boolean =>
  cookieOf(headers.cookie, names[form]) !== undefined

export function sessionCookie(response: ServerResponse, form: CookieForm): SessionCookie {
  return {
    set: (token, expiresAt) => put(response, form, token, new Date(expiresAt)),
    clear: () => put(response, form, '', new Date(0)),
  }
}

/** Of several calls in a batch, the last one decides. */
function put(response: ServerResponse, form: CookieForm, value: string, expires: Date): void {
  const cookie = { name: names[form], value, path: '/', expires, httpOnly: true, secure: form === 'secure' }
  response.setHeader('Set-Cookie', stringifySetCookie({ ...cookie, sameSite: 'lax' }))
  response.setHeader('Cache-Control', 'no-store')
}

/** The first of that name: with `__Host-` there is no other. */
function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return undefined
}
