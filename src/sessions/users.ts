/** What admins do with users. Whoever gets another role, or is disabled, is logged out everywhere before this answers. */
import type { Who } from '../platform/access.ts'
import type { Outbox } from '../platform/outbox.ts'
import { notYourself, userNotFound } from './errors.ts'
import { audit, type Origin } from './repository.audit.ts'
import { endSessions } from './repository.sessions.ts'
import { updateUser } from './repository.users.ts'
import type { User } from './schema.users.ts'

type Change = Partial<Pick<User, 'role' | 'status'>>

/** Throws USER_NOT_FOUND, NOT_YOURSELF. */
export function createChangeUser(outbox: Outbox) {
  return (admin: Who, userId: string, change: Change, origin: Origin): Promise<User> => {
    if (userId === admin.userId) throw notYourself()
    return outbox.transaction('user.change', async (tx) => {
      const user = await updateUser(tx, userId, change)
      if (!user) throw userNotFound()
      await endSessions(tx, userId, change.role ? 'role' : 'status')
      const action = change.role ? 'user.role' : 'user.status'
      await audit(tx, origin, { action, actorId: admin.userId, subjectId: userId, detail: change })
      return user
    })
  }
}
