/** Making an account, and the session it begins with; beginning as a guest. */
import { emailTaken } from './errors.ts'
import type { Attempts } from './login.ts'
import type { OpenSession, Visitor } from './open.ts'
import { checkPassword } from './password/policy.ts'
import type { Passwords } from './password/passwords.ts'
import { insertAccount } from './repository.accounts.ts'
import { audit } from './repository.audit.ts'
import { endSession } from './repository.sessions.ts'
import type { Opened, RegisterInput } from './schema.ts'

/** Throws EMAIL_TAKEN, PASSWORD_COMMON, OVERLOADED and what `attempts` rejects with. */
export function createRegister(open: OpenSession, passwords: Passwords, attempts: Attempts) {
  return async ({ email, password, name }: RegisterInput, visitor: Visitor): Promise<Opened> => {
    await attempts(email, visitor)
    checkPassword(password, 'password')
    const passwordHash = await passwords.hash(password)
    return open('session.register', visitor, async (tx, start) => {
      const account = await insertAccount(tx, { email, name, passwordHash })
      if (!account) throw emailTaken()
      if (visitor.who) await endSession(tx, visitor.who.sessionId, 'register')
      const { sessionId } = await start(tx, account, visitor.who?.guestId ?? null)
      await audit(tx, visitor, { action: 'register', actorId: account.id, subjectId: account.id, sessionId })
      return account
    })
  }
}

export const createGuest =
  (open: OpenSession) =>
  (visitor: Visitor): Promise<Opened> =>
    open('session.guest', visitor, async (tx, start) => {
      await start(tx, null, null)
      return null
    })
