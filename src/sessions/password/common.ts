/** The passwords that people choose most: a list of zxcvbn-ts, counted in leaks. In small letters. */
import { dictionary } from '@zxcvbn-ts/language-common'

const common = new Set(dictionary['passwords-common'])

export const isCommon = (password: string): boolean => common.has(password)
