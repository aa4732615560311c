/** The caches of sessions and of what a login looks up. */
import { createHmac } from 'node:crypto'
import type { Cache } from '../cache/cache.ts'
import type { Clock } from '../cache/clock.ts'
import type { Aside, AsideOptions } from '../cache/options.ts'
import type { WriteThrough } from '../cache/write-through.ts'
import type { AccountRepository, Credential } from './repository.accounts.ts'
import type { Session, SessionRepository } from './repository.sessions.ts'

/** By the hash of the token, hex. */
export type SessionCache = WriteThrough<string, Session>

/**
 * Not in the process itself: a read asks Redis each time, so that a revocation is a deletion in one place, and does not
 * depend on a message that may be late. An entry ends when its session does, and it says nothing of a person but an id.
 */
export function createSessionCache(cache: Cache, sessions: SessionRepository, clock: Clock): SessionCache {
  return cache.writeThrough('session', {
    tier: 'session',
    before: 'remove',
    decodeOnce: true,
    key: (tokenHash: string) => tokenHash,
    fromKey: (tokenHash) => tokenHash,
    load: (tokenHash) => sessions.byHash(tokenHash),
    version: ({ version }) => version,
    maxTtlMs: ({ knownUntil }) => knownUntil - clock.now(),
    dependsOn: ['session', 'app_user'],
  })
}

/** By the e-mail address. */
export type CredentialCache = Aside<string, Credential>

/**
 * They hold hashes of passwords: sealed in Redis, or not there at all. Nor is the address: its hash is made with
 * `secret`, so that whoever reads Redis can't try out addresses. With another secret an entry is not found, and not
 * invalidated: no harm, since a login is decided in Postgres, against the hash there is then.
 */
export function createCredentialCache(
  cache: Cache,
  accounts: AccountRepository,
  secret: Buffer | undefined,
): CredentialCache {
  const options: AsideOptions<string, Credential> = {
    tier: 'credential',
    sealed: true,
    key: (email) =>
      createHmac('sha256', secret ?? '')
        .update(email)
        .digest('hex'),
    load: (email) => accounts.byEmail(email),
    dependsOn: ['credential', 'app_user'],
  }
  return cache.seals ? cache.aside('credential', options) : cache.uncached('credential', options)
}
