/** The errors of sessions and accounts, with their stable reasons. */
import { AppError } from '../platform/errors.ts'

/** The same for an unknown address, a wrong password and a disabled account. */
export const credentialsInvalid = () =>
  new AppError('UNAUTHORIZED', 'CREDENTIALS_INVALID', 'The e-mail address or the password is wrong')

export const tokenInvalid = () =>
  new AppError('UNAUTHORIZED', 'TOKEN_INVALID', 'The token is not valid, or not any more')

export const accountRequired = () => new AppError('FORBIDDEN', 'ACCOUNT_REQUIRED', 'A guest has no account: log in first')

export const emailTaken = () =>
  new AppError('CONFLICT', 'EMAIL_TAKEN', 'There is an account with this address', { field: 'email' })

export const passwordCommon = (field: string) =>
  new AppError('BAD_REQUEST', 'PASSWORD_COMMON', 'This password is among the first that anyone tries', { field })

export const passwordSame = () =>
  new AppError('BAD_REQUEST', 'PASSWORD_SAME', 'This is the password you have', { field: 'newPassword' })

export const sessionNotFound = () => new AppError('NOT_FOUND', 'SESSION_NOT_FOUND', 'There is no such session of yours')

export const userNotFound = () => new AppError('NOT_FOUND', 'USER_NOT_FOUND', 'There is no such user')

export const notYourself = () =>
  new AppError('BAD_REQUEST', 'NOT_YOURSELF', 'Another admin has to do this: you would lock yourself out', {
    field: 'userId',
  })

export const overloaded = () =>
  new AppError('SERVICE_UNAVAILABLE', 'OVERLOADED', 'Too many log in at once: try again in a moment')
