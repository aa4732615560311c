/** Errors a client may see. Everything else is masked as an internal error. */
import type { TRPC_ERROR_CODE_KEY } from '@trpc/server'

/** What else a program needs to act on an error; `issues` as with wrong input. */
export type ErrorDetails = Readonly<Record<string, string | number | readonly { path: string; message: string }[]>>

/** `code` is tRPC's and decides the HTTP status; `reason` is ours, stable, for programs to act on. */
export class AppError extends Error {
  override name = 'AppError'
  readonly code: TRPC_ERROR_CODE_KEY
  readonly reason: string
  readonly details: ErrorDetails
  constructor(code: TRPC_ERROR_CODE_KEY, reason: string, message: string, details: ErrorDetails = {}) {
    super(message)
    this.code = code
    this.reason = reason
    this.details = details
  }
}
