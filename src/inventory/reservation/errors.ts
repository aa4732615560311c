/** The errors of reservations, with their stable reasons. */
import { AppError } from '../../platform/errors.ts'

/** As with wrong input: which lines of the request, and what is wrong with them. */
const ofLines = (lines: readonly number[], field: string, message: string) => ({
  issues: lines.map((line) => ({ path: `lines.${line}.${field}`, message })),
})

export const outOfStock = (lines: readonly number[]) =>
  new AppError('CONFLICT', 'OUT_OF_STOCK', 'There is not enough of it', ofLines(lines, 'quantity', 'not enough'))
export const variantNotFound = (lines: readonly number[]) =>
  new AppError('NOT_FOUND', 'VARIANT_NOT_FOUND', 'There is no such variant', ofLines(lines, 'variantId', 'not found'))
export const locationNotFound = (lines: readonly number[]) =>
  new AppError(
    'NOT_FOUND',
    'LOCATION_NOT_FOUND',
    'There is no such location',
    ofLines(lines, 'locationId', 'not found'),
  )
export const keyReused = () =>
  new AppError('CONFLICT', 'IDEMPOTENCY_KEY_REUSED', 'This key has been used for something else', {
    field: 'idempotencyKey',
  })
export const reservationNotFound = () =>
  new AppError('NOT_FOUND', 'RESERVATION_NOT_FOUND', 'There is no such reservation')
export const reservationExpired = () =>
  new AppError('CONFLICT', 'RESERVATION_EXPIRED', 'The reservation is over: make another one')
export const reservationCommitted = () =>
  new AppError('CONFLICT', 'RESERVATION_COMMITTED', 'The reservation has been committed already')
export const reservationReleased = () =>
  new AppError('CONFLICT', 'RESERVATION_RELEASED', 'The reservation has been released already')
export const stockNotIn = () =>
  new AppError('CONFLICT', 'STOCK_NOT_IN', 'What was reserved beyond the stock has not come in yet')
export const extendTooLong = (hours: number) =>
  new AppError('BAD_REQUEST', 'EXTEND_TOO_LONG', `A reservation lives for ${hours} hours at most`, {
    field: 'ttlSeconds',
  })

/** Nothing has been done: the same may be asked for again. */
export const overloaded = () =>
  new AppError('SERVICE_UNAVAILABLE', 'OVERLOADED', 'Too many want this at once: try again in a moment')
