/** The errors of stock, with their stable reasons. */
import { AppError } from '../platform/errors.ts'

/** Nothing has been done: the same may be asked for again. */
export const overloaded = () =>
  new AppError('SERVICE_UNAVAILABLE', 'OVERLOADED', 'Too many want this at once: try again in a moment')
