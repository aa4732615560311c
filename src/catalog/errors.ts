/** The catalog's errors, with their stable reasons. */
import { AppError } from '../platform/errors.ts'

export const productNotFound = () => new AppError('NOT_FOUND', 'PRODUCT_NOT_FOUND', 'There is no such product')
export const categoryNotFound = () => new AppError('NOT_FOUND', 'CATEGORY_NOT_FOUND', 'There is no such category')
export const cursorInvalid = () =>
  new AppError('BAD_REQUEST', 'CURSOR_INVALID', 'cursor: not one that this list, with these filters, has given out')
