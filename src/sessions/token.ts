/** Tokens: 256 random bits. Who has one is somebody, so nobody else gets to see it: only its hash is kept, anywhere. */
import { hash, randomBytes } from 'node:crypto'

export const newToken = (): string => randomBytes(32).toString('base64url')

/** Enough for what can't be guessed; a password needs more. Hex. */
export const hashOf = (token: string): string => hash('sha256', token, 'hex')
