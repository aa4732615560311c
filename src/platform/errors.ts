/** Errors a client may see. Everything else is masked as an internal error. */
import type { TRPC_ERROR_CODE_KEY } from '@trpc/server'

/** What a program may need beside the reason. */
export interface ErrorDetail {
  /** With VERSION_CONFLICT: the version there is now. */
  currentVersion?: number
  /** The input's field that is in the way. */
  field?: string
  /** With RATE_LIMITED: seconds to wait. */
  retryAfterSeconds?: number
  /** Several fields, and what is wrong with each. */
  issues?: { path: string; message: string }[]
}

/** `code` is tRPC's and decides the HTTP status; `reason` is ours, stable, for programs to act on. */
export class AppError extends Error {
  override name = 'AppError'
  readonly code: TRPC_ERROR_CODE_KEY
  readonly reason: string
  readonly detail: ErrorDetail
  constructor(code: TRPC_ERROR_CODE_KEY, reason: string, message: string, detail: ErrorDetail = {}) {
    super(message)
    this.code = code
    this.reason = reason
    this.detail = detail
  }
}
