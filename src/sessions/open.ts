/** Beginning a session: a new token, written through, so that the first request with it is a hit wherever it arrives. */
import type { Who } from '../platform/access.ts'
import type { Committed, Outbox, Tx } from '../platform/outbox.ts'
import type { SessionCache } from './caches.ts'
import { insertSession, type NewSession, type Session } from './repository.sessions.ts'
import type { Account, Opened } from './schema.ts'
import { hashOf, newToken } from './token.ts'

/** Where a session begins. */
export interface Visitor {
  address: string
  device: string
  requestId: string
  /** Who they have been so far. */
  who: Who | null
}

export type Start = (tx: Tx, user: Account | null, guestId: string | null) => Promise<Session>

export type OpenSession = ReturnType<typeof createOpenSession>

export function createOpenSession(outbox: Outbox, sessions: SessionCache) {
  /**
   * Runs `work` in a transaction; it calls `start` when it knows who it is for, and what it answers is their account
   * (null: a guest). Nothing has happened if it throws.
   */
  return async (
    operation: string,
    { address, device }: Visitor,
    work: (tx: Tx, start: Start) => Promise<Account | null>,
  ): Promise<Opened> => {
    const token = newToken()
    const tokenHash = hashOf(token)
    let session: Session | undefined
    let committed: Committed<Account | null> | undefined
    const start: Start = async (tx, user, guestId) => {
      const row: NewSession = { tokenHash, user, guestId, device, ip: address }
      session = await insertSession(tx, row)
      return session
    }
    await sessions.write(tokenHash, async () => {
      committed = await outbox.commit(operation, (tx) => work(tx, start))
      return session ?? null
    })
    await committed?.follow()
    const { expiresAt } = session as unknown as Session
    return { token, expiresAt, user: committed?.result ?? null }
  }
}
