/**
 * Logging in. What is looked up and computed is shared by those who ask the same at the same time; whether somebody gets
 * in is decided in the transaction, against the hash there is now.
 */
import { hash } from 'node:crypto'
import type { Outbox } from '../platform/outbox.ts'
import type { LoginAttempt } from '../platform/rate-limit.login.ts'
import type { CredentialCache } from './caches.ts'
import { credentialsInvalid } from './errors.ts'
import type { OpenSession, Visitor } from './open.ts'
import type { CountLogin } from './outcomes.ts'
import type { Passwords } from './password/passwords.ts'
import { type Credential, lockAccount, replacePassword } from './repository.accounts.ts'
import { type Audit, audit } from './repository.audit.ts'
import { endSession } from './repository.sessions.ts'
import type { LoginInput, Opened } from './schema.ts'

export interface LoginDeps {
  outbox: Outbox
  /** For what comes to nothing. */
  note: Audit
  credentials: CredentialCache
  passwords: Passwords
  open: OpenSession
  attempts: Attempts
  count: CountLogin
}

/** An account's name in the audit log, where its address must not be: it may be somebody's password. */
const accountKey = (email: string): string => hash('sha256', `account ${email}`)

/** Asked before each attempt at a password; rejects if there were too many. Told how it went. */
export type Attempts = (account: string, visitor: Visitor) => Promise<LoginAttempt>

export type Login = ReturnType<typeof createLogin>

/** Throws CREDENTIALS_INVALID, OVERLOADED and what `attempts` rejects with. */
export function createLogin(deps: LoginDeps) {
  const { outbox, note, credentials, passwords, open, attempts, count } = deps

  return async ({ email, password }: LoginInput, visitor: Visitor): Promise<Opened> => {
    const attempt = await attempts(email, visitor).catch((error) => {
      count('limited')
      throw error
    })
    let subjectId: string | null = null
    // Twice: what was cached may be the hash before a change that is a moment old.
    for (const last of [false, true]) {
      const { credential, right } = await look(email, password).catch(async (error) => {
        count('overloaded')
        await attempt.withdrawn()
        throw error
      })
      subjectId = credential?.userId ?? null
      if (!right || !credential) break
      const opened = await begin(credential, visitor)
      if (opened) {
        count('ok')
        await attempt.succeeded()
        if (passwords.isOutdated(credential.passwordHash)) await renew(credential, password)
        return opened
      }
      if (!last) await credentials.invalidate([email])
    }
    count('refused')
    await note(visitor, { action: 'login.failed', subjectId, detail: { account: accountKey(email) } })
    throw credentialsInvalid()
  }

  async function look(email: string, password: string) {
    const credential = await credentials.get(email)
    return { credential, right: await passwords.verify(password, credential?.passwordHash) }
  }

  /** Always a new token: one that somebody has planted, or seen, is worth nothing after it. undefined: not any more. */
  async function begin(credential: Credential, visitor: Visitor): Promise<Opened | undefined> {
    try {
      return await open('session.login', visitor, async (tx, start) => {
        const account = await lockAccount(tx, credential)
        if (!account) throw changed
        if (visitor.who) await endSession(tx, visitor.who.sessionId, 'login')
        const { sessionId } = await start(tx, account, visitor.who?.guestId ?? null)
        await audit(tx, visitor, { action: 'login', actorId: account.id, subjectId: account.id, sessionId })
        return account
      })
    } catch (error) {
      if (error === changed) return undefined
      throw error
    }
  }

  /** The cost of hashing has changed since this hash was made. It is no reason to fail. */
  async function renew(credential: Credential, password: string): Promise<void> {
    try {
      const hash = await passwords.hash(password)
      await outbox.transaction('credential.renew', (tx) => replacePassword(tx, credential, hash))
    } catch {
      // at the next login, then
    }
  }
}

const changed = new Error('the credential has changed')
