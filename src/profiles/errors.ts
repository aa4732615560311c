/** The errors of profiles, with their stable reasons. */
import { AppError } from '../platform/errors.ts'

export const userNotFound = () => new AppError('NOT_FOUND', 'USER_NOT_FOUND', 'There is no such user')

export const versionConflict = (currentVersion: number) =>
  new AppError('CONFLICT', 'VERSION_CONFLICT', 'It was changed meanwhile: read it again', { currentVersion })
