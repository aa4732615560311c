/** Which passwords are refused whatever their length: those that are tried first. */
import { passwordCommon } from '../errors.ts'
import { isCommon } from './common.ts'

/** Throws PASSWORD_COMMON. */
export function checkPassword(password: string, field: string): void {
  if (isCommon(password.normalize('NFKC').toLowerCase())) throw passwordCommon(field)
}
