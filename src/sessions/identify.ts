/** Who a token makes of its bearer: one question to Redis. */
import type { Clock } from '../cache/clock.ts'
import type { SessionCache } from './caches.ts'
import type { Session, SessionRepository } from './repository.sessions.ts'
import type { Seen } from './seen.ts'
import { hashOf } from './token.ts'

export interface IdentifyDeps {
  sessions: Pick<SessionCache, 'get'>
  repository: Pick<SessionRepository, 'byHash'>
  seen: Pick<Seen, 'note'>
  /** Postgres'. */
  clock: Clock
}

/** null: the token is nobody's. */
export function createIdentify({ sessions, repository, seen, clock }: IdentifyDeps) {
  return async (token: string): Promise<Session | null> => {
    const tokenHash = hashOf(token)
    let session = await sessions.get(tokenHash)
    // The entry should be gone by now; whether the session was used meanwhile, only Postgres knows.
    if (session && session.knownUntil <= clock.now()) session = await repository.byHash(tokenHash)
    if (session) seen.note(session.sessionId)
    return session
  }
}
