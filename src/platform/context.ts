/** What procedures know of the request they are called by. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Who } from './access.ts'
import { createOriginOf } from './address.ts'
import { readOutcomeOf } from './answers/send.ts'
import { type Log, logOf } from './logging.ts'
import { type CookieForm, sessionCookie, tokenOf } from './session-cookie.ts'
import type { Context } from './trpc.ts'

export interface ContextOptions {
  /** Proxies in front. */
  proxies: number
  cookie: CookieForm
  /** null: the token is nobody's. */
  identify(token: string): Promise<Who | null>
  log: Log
}

export function createContextOf({ proxies, cookie, identify, log }: ContextOptions) {
  const originOf = createOriginOf(proxies)
  return (request: IncomingMessage, response: ServerResponse): Context => {
    const { sent, token } = tokenOf(request, cookie)
    const { address, network } = originOf(request)
    let session: Promise<Who | null> | undefined
    return {
      requestId: request.id,
      log: () => logOf(request, log),
      readOutcome: readOutcomeOf(request),
      address,
      caller: network,
      userAgent: (request.headers['user-agent'] ?? '').slice(0, 200),
      hasToken: sent,
      session: () => {
        session ??= token === undefined ? Promise.resolve(null) : identify(token)
        return session
      },
      cookie: sessionCookie(response, cookie),
    }
  }
}
