/** The errors of prices, with their stable reasons. */
import { AppError } from '../platform/errors.ts'

export interface LineProblem {
  line: number
  message: string
}

/** As with wrong input: which lines, and what is wrong with them. */
const ofLines = (problems: readonly LineProblem[], field: string) => ({
  issues: problems.map(({ line, message }) => ({ path: `lines.${line}${field}`, message })),
})

export const variantNotFound = () => new AppError('NOT_FOUND', 'VARIANT_NOT_FOUND', 'There is no such variant')
export const variantsNotFound = (problems: readonly LineProblem[]) =>
  new AppError('NOT_FOUND', 'VARIANT_NOT_FOUND', 'There is no such variant', ofLines(problems, '.variantId'))
export const priceNotFound = (problems: readonly LineProblem[]) =>
  new AppError('NOT_FOUND', 'PRICE_NOT_FOUND', 'There is no price in this currency and quantity', ofLines(problems, ''))
export const totalTooHigh = (problems: readonly LineProblem[] = []) =>
  new AppError('BAD_REQUEST', 'TOTAL_TOO_HIGH', 'The total is too high to be counted', ofLines(problems, '.quantity'))

/** `present`: what it costs now, if anything. */
export const priceChanged = (present: number | undefined) =>
  new AppError('CONFLICT', 'PRICE_CHANGED', 'The price is another one than expected', {
    issues: [{ path: 'expectedMinor', message: present === undefined ? 'there is no price' : `it is ${present}` }],
  })
export const windowTaken = () =>
  new AppError('CONFLICT', 'PRICE_WINDOW_TAKEN', 'Another price is scheduled in this time: cancel it first')
export const windowNotFound = () =>
  new AppError('NOT_FOUND', 'PRICE_WINDOW_NOT_FOUND', 'There is no such scheduled price of this variant')
export const windowBegun = () =>
  new AppError('CONFLICT', 'PRICE_WINDOW_BEGUN', 'This price has begun already: set another one instead')
export const windowOutOfRange = (field: 'from' | 'until', message: string) =>
  new AppError('BAD_REQUEST', 'PRICE_WINDOW_OUT_OF_RANGE', `${field}: ${message}`, {
    issues: [{ path: field, message }],
  })
export const tooManyWindows = (most: number) =>
  new AppError('CONFLICT', 'TOO_MANY_PRICES', `A variant has at most ${most} prices, now and to come`)
export const cursorInvalid = () =>
  new AppError('BAD_REQUEST', 'CURSOR_INVALID', 'cursor: not one that this history has given out')
