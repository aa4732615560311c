/**
 * Hashing and checking passwords, a few at a time. Of many who try the very same password on the very same hash at once,
 * one is computed: a burst of logins of one account. What is shared is the answer to that one question, so that a wrong
 * password can't be let in by a right one [G10].
 */
import { createHmac, randomBytes } from 'node:crypto'
import { type Cost, type Derive, hashPassword, isOutdated, matches, owaspCost } from './argon2.ts'
import { createSlots, type Slots } from './slots.ts'

export interface Passwords {
  hash(password: string): Promise<string>
  /** `stored`: undefined if there is no such account: it takes as long, and is false. Rejects with OVERLOADED. */
  verify(password: string, stored: string | undefined): Promise<boolean>
  isOutdated(stored: string): boolean
}

export interface PasswordOptions {
  /** Default: OWASP's. Less is for tests. */
  cost?: Cost | undefined
  /** Default true. */
  coalescing?: boolean
  slots?: Slots
  /** Where; default: Node's thread pool. */
  derive?: Derive
}

export function createPasswords(options: PasswordOptions = {}) {
  const { cost = owaspCost, coalescing = true, slots = createSlots(), derive } = options
  const key = randomBytes(32)
  const checking = new Map<string, Promise<boolean>>()
  /** What is checked for who does not exist: as expensive as any. */
  const dummy = hashPassword(randomBytes(16).toString('hex'), cost)
  dummy.catch(() => {}) // whoever needs it hears of it

  /** Of a length that says where one ends and the other begins. Never leaves the process. */
  const nameOf = (password: string, stored: string) =>
    createHmac('sha256', key).update(`${stored.length}:${stored}${password}`).digest('base64')

  const check = (password: string, stored: string): Promise<boolean> => {
    const work = () => slots.run(() => matches(password, stored, derive))
    if (!coalescing) return work()
    const name = nameOf(password, stored)
    const known = checking.get(name)
    if (known) return known
    const started = work().finally(() => checking.delete(name))
    checking.set(name, started)
    return started
  }

  const passwords: Passwords = {
    hash: (password) => slots.run(() => hashPassword(password, cost, derive)),
    verify: async (password, stored) => {
      const right = await check(password, stored ?? (await dummy))
      return right && stored !== undefined
    },
    isOutdated: (stored) => isOutdated(stored, cost),
  }
  return passwords
}
