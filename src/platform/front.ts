/**
 * What every request meets before Express: handlers of Node's own requests, one after the other, until one answers.
 * Express' way to a route costs more than a cached answer does, so what can be answered without it is
 * (docs/decisions/0046). They are made like Express' middleware, and can be used as such.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

export type Next = (error?: unknown) => void

export type Handler = (request: IncomingMessage, response: ServerResponse, next: Next) => void

/** `failed` answers what a handler threw, or passed to `next`; `last` is for what nobody has answered. */
export function inOrder(
  handlers: readonly Handler[],
  last: RequestListener,
  failed: (error: unknown, request: IncomingMessage, response: ServerResponse) => void,
): RequestListener {
  return handlers.reduceRight<RequestListener>(
    (then, handler) => (request, response) => {
      try {
        handler(request, response, (error) => (error ? failed(error, request, response) : then(request, response)))
      } catch (error) {
        failed(error, request, response)
      }
    },
    last,
  )
}

/** The target of the request as it was sent: Express takes what a router is mounted at off `request.url`. */
export const targetOf = (request: IncomingMessage & { originalUrl?: string }): string =>
  request.originalUrl ?? request.url ?? ''

/** Without its query. */
export function pathOf(target: string): string {
  const end = target.indexOf('?')
  return end < 0 ? target : target.slice(0, end)
}
