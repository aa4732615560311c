/** Passwords as argon2id (RFC 9106) in PHC strings, by Node's own OpenSSL. */
import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

export interface Cost {
  /** KiB. */
  memory: number
  passes: number
  parallelism: number
}

/** OWASP Password Storage Cheat Sheet: m = 19 MiB, t = 2, p = 1. */
export const owaspCost: Cost = { memory: 19_456, passes: 2, parallelism: 1 }

const saltBytes = 16
const hashBytes = 32

/** Computes a key, somewhere. */
export type Derive = (parameters: Argon2Parameters) => Promise<Buffer>

export interface Parsed extends Cost {
  salt: Buffer
  hash: Buffer
}

/** A new salt each time. */
export async function hashPassword(password: string, cost: Cost, derive: Derive = inPool): Promise<string> {
  const salt = randomBytes(saltBytes)
  return phc(salt, await derive(parameters(password, salt, cost, hashBytes)), cost)
}

/** False for what is no hash of ours, or asks for more than a login may cost. */
export async function matches(password: string, stored: string, derive: Derive = inPool): Promise<boolean> {
  const parsed = parse(stored)
  if (!parsed) return false
  return timingSafeEqual(await derive(parameters(password, parsed.salt, parsed, parsed.hash.length)), parsed.hash)
}

/** Whether a stored hash was made at another cost than one would be now. */
export function isOutdated(stored: string, { memory, passes, parallelism }: Cost): boolean {
  const parsed = parse(stored)
  return parsed?.memory !== memory || parsed.passes !== passes || parsed.parallelism !== parallelism
}

const form = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([\w+/]{11,86})\$([\w+/]{22,86})$/

function parse(stored: string): Parsed | undefined {
  const found = form.exec(stored)
  if (!found) return undefined
  const [memory, passes, parallelism] = found.slice(1, 4).map(Number) as [number, number, number]
  if (parallelism < 1 || memory < 8 * parallelism || memory > 262_144 || passes < 1 || passes > 10) return undefined
  const [salt, hash] = found.slice(4).map((text) => Buffer.from(text, 'base64')) as [Buffer, Buffer]
  return { memory, passes, parallelism, salt, hash }
}

const phc = (salt: Buffer, hash: Buffer, { memory, passes, parallelism }: Cost) =>
  `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${plain(salt)}$${plain(hash)}`

const plain = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')

/** NFKC: the same password from another keyboard is the same (NIST SP 800-63B, 3.1.1.2). */
function parameters(password: string, nonce: Buffer, cost: Cost, tagLength: number): Argon2Parameters {
  const { memory, passes, parallelism } = cost
  return { message: Buffer.from(password.normalize('NFKC')), nonce, tagLength, memory, passes, parallelism }
}

/** On Node's own thread pool. */
const inPool: Derive = promisify(argon2).bind(undefined, 'argon2id')
