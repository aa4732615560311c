/** What is refused before tRPC or a route sees it, in the shape of errors that belongs to the path. */
import { TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { type TRPC_ERROR_CODE_KEY, TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import type { Request, Response } from 'express'
import { noStore } from './answers/send.ts'

/** Answers with `code`'s status. On `/trpc` in tRPC's shape, elsewhere in that of REST. */
export function refuse(
  request: Request,
  response: Response,
  code: TRPC_ERROR_CODE_KEY,
  message: string,
  reason: string = code,
  httpStatus = getHTTPStatusCodeFromError(new TRPCError({ code })),
): void {
  const requestId = String(request.id)
  const error = /^\/trpc(\/|$|\?)/.test(request.originalUrl)
    ? { message, code: TRPC_ERROR_CODES_BY_KEY[code], data: { code, httpStatus, reason, requestId } }
    : { code, message, reason, requestId }
  response.set('Cache-Control', noStore).status(httpStatus).json({ error })
}
