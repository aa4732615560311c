/** The errors of stock, with their stable reasons. */
import { AppError } from '../platform/errors.ts'

export const variantNotFound = () =>
  new AppError('NOT_FOUND', 'VARIANT_NOT_FOUND', 'There is no such variant', { field: 'variantId' })
export const locationNotFound = (field = 'locationId') =>
  new AppError('NOT_FOUND', 'LOCATION_NOT_FOUND', 'There is no such location', { field })

export const belowReserved = (reserved: number) =>
  new AppError('CONFLICT', 'STOCK_BELOW_RESERVED', `Of what is on hand, ${reserved} are reserved`)
export const belowZero = (onHand: number) => new AppError('CONFLICT', 'STOCK_BELOW_ZERO', `Only ${onHand} are on hand`)
export const notEnough = (free: number) =>
  new AppError('CONFLICT', 'STOCK_NOT_ENOUGH', `Only ${free} are on hand and not reserved`, { field: 'quantity' })
export const tooHigh = (most: number) =>
  new AppError('CONFLICT', 'STOCK_TOO_HIGH', `There can be at most ${most} on hand`)
export const backorderOwed = () =>
  new AppError('CONFLICT', 'BACKORDER_OWED', 'More is reserved than there is: receive it first', { field: 'backorder' })

export const keyReused = () =>
  new AppError('CONFLICT', 'IDEMPOTENCY_KEY_REUSED', 'This key was used for something else', {
    field: 'idempotencyKey',
  })
export const cursorInvalid = () =>
  new AppError('BAD_REQUEST', 'CURSOR_INVALID', 'cursor: not one that this list has given out')
