/** What is refused before tRPC or a route sees it, in the shape of errors that belongs to the path. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { type TRPC_ERROR_CODE_KEY, TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import { noStore, sendJson } from './answers/send.ts'
import { targetOf } from './front.ts'
import { type Log, logOf } from './logging.ts'

/** Answers with `code`'s status. On `/trpc` in tRPC's shape, elsewhere in that of REST. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  code: TRPC_ERROR_CODE_KEY,
  message: string,
  reason: string = code,
  httpStatus = getHTTPStatusCodeFromError(new TRPCError({ code })),
): void {
  const requestId = String(request.id)
  const error = /^\/trpc(\/|$|\?)/.test(targetOf(request))
    ? { message, code: TRPC_ERROR_CODES_BY_KEY[code], data: { code, httpStatus, reason, requestId } }
    : { code, message, reason, requestId }
  response.setHeader('Cache-Control', noStore)
  sendJson(response, httpStatus, { error })
}

/** Answers what nobody foresaw: the log has it, the client does not. */
export function failedBy(log: Log) {
  return (error: unknown, request: IncomingMessage, response: ServerResponse): void => {
    request.id ??= randomUUID() // it has none yet if it failed at the very first
    logOf(request, log).error({ err: error }, 'request failed')
    if (response.headersSent) response.destroy()
    else refuse(request, response, 'INTERNAL_SERVER_ERROR', 'Internal error', 'INTERNAL')
  }
}
