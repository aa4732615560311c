/** Ending sessions: one's own, another of one's own, all others. Each is refused everywhere before this answers. */
import type { Who } from '../platform/access.ts'
import type { Outbox } from '../platform/outbox.ts'
import { accountRequired, sessionNotFound } from './errors.ts'
import { audit, type Origin } from './repository.audit.ts'
import { endSession, endSessions } from './repository.sessions.ts'

export function createRevoking(outbox: Outbox) {
  return {
    logout: ({ sessionId, userId }: Who, origin: Origin): Promise<void> =>
      outbox.transaction('session.logout', async (tx) => {
        if (!(await endSession(tx, sessionId, 'logout'))) return // somebody was faster
        await audit(tx, origin, { action: 'logout', actorId: userId, subjectId: userId, sessionId })
      }),

    /** Throws SESSION_NOT_FOUND, for those of others, too. */
    revoke: (who: Who, id: string, origin: Origin): Promise<void> =>
      outbox.transaction('session.revoke', async (tx) => {
        const userId = who.userId ?? fail()
        if (!(await endSession(tx, id, 'revoked', userId))) throw sessionNotFound()
        await audit(tx, origin, { action: 'session.revoke', actorId: userId, subjectId: userId, sessionId: id })
      }),

    /** How many there were. */
    revokeOthers: (who: Who, origin: Origin): Promise<number> =>
      outbox.transaction('session.revokeOthers', async (tx) => {
        const userId = who.userId ?? fail()
        const { length } = await endSessions(tx, userId, 'revoked', who.sessionId)
        const detail = { revoked: length }
        await audit(tx, origin, { action: 'session.revokeOthers', actorId: userId, subjectId: userId, detail })
        return length
      }),
  }
}

function fail(): never {
  throw accountRequired()
}
