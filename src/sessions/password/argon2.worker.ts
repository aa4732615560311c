/** What a hashing thread does: one key at a time. */
import { type Argon2Parameters, argon2Sync } from 'node:crypto'

export default (parameters: Argon2Parameters): Uint8Array => argon2Sync('argon2id', parameters)
