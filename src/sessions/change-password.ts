/** Changing a password: by who knows the old one. All sessions end, and this one goes on under a new token. */
import type { Who } from '../platform/access.ts'
import { accountRequired, credentialsInvalid, passwordSame, tokenInvalid } from './errors.ts'
import type { Attempts } from './login.ts'
import type { OpenSession, Visitor } from './open.ts'
import type { Passwords } from './password/passwords.ts'
import { checkPassword } from './password/policy.ts'
import { type AccountRepository, replacePassword } from './repository.accounts.ts'
import { type Audit, audit } from './repository.audit.ts'
import { endSessions } from './repository.sessions.ts'
import type { ChangePasswordInput, Opened } from './schema.ts'

export interface ChangePasswordDeps {
  /** For what comes to nothing. */
  note: Audit
  accounts: AccountRepository
  passwords: Passwords
  open: OpenSession
  /** By the user's id: whoever has taken over a session must not try passwords at will, either. */
  attempts: Attempts
}

/** Throws CREDENTIALS_INVALID, PASSWORD_COMMON, PASSWORD_SAME, TOKEN_INVALID, OVERLOADED and what `attempts` does. */
export function createChangePassword({ note, accounts, passwords, open, attempts }: ChangePasswordDeps) {
  return async (who: Who, { password, newPassword }: ChangePasswordInput, visitor: Visitor): Promise<Opened> => {
    const { userId, sessionId, guestId } = who
    if (userId === null) throw accountRequired()
    const attempt = await attempts(userId, visitor)
    checkPassword(newPassword, 'newPassword')
    const credential = await accounts.byUser(userId)
    if (!credential || !(await passwords.verify(password, credential.passwordHash))) {
      await note(visitor, { action: 'password.failed', actorId: userId, subjectId: userId, sessionId })
      throw credentialsInvalid()
    }
    await attempt.succeeded()
    if (newPassword.normalize('NFKC') === password.normalize('NFKC')) throw passwordSame()
    const hash = await passwords.hash(newPassword)
    return open('session.changePassword', visitor, async (tx, start) => {
      const account = await replacePassword(tx, credential, hash)
      if (!account) throw credentialsInvalid() // somebody was faster
      const ended = await endSessions(tx, userId, 'password')
      if (!ended.includes(sessionId)) throw tokenInvalid() // revoked meanwhile: then this has no say any more
      const session = await start(tx, account, guestId)
      await audit(tx, visitor, {
        action: 'password.change',
        actorId: userId,
        subjectId: userId,
        sessionId: session.sessionId,
      })
      return account
    })
  }
}
