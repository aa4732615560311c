/** The audit log: what was done about sessions and accounts. Never a secret, never an address in clear. */
import type { Database } from '../platform/db.ts'
import type { Tx } from '../platform/outbox.ts'

export type Action =
  | 'login'
  | 'login.failed'
  | 'register'
  | 'logout'
  | 'session.revoke'
  | 'session.revokeOthers'
  | 'password.change'
  | 'password.failed'
  | 'user.role'
  | 'user.status'

export interface Entry {
  action: Action
  /** Who did it, and about whom. */
  actorId?: string | null
  subjectId?: string | null
  sessionId?: string | null
  detail?: Record<string, unknown>
}

/** Writes by itself, where there is no other change to write it with. */
export const createAudit =
  ({ pool, measure }: Pick<Database, 'pool' | 'measure'>) =>
  (origin: Origin, entry: Entry): Promise<void> =>
    measure('session.audit', () => audit(pool, origin, entry))

export type Audit = ReturnType<typeof createAudit>

/** Where a request comes from. */
export interface Origin {
  address: string
  requestId: string
}

export async function audit(tx: Tx, { address, requestId }: Origin, entry: Entry): Promise<void> {
  const { action, actorId = null, subjectId = null, sessionId = null, detail = {} } = entry
  await tx.query({
    name: 'audit',
    text: `INSERT INTO audit_log (action, actor_id, subject_id, session_id, ip, request_id, detail)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    values: [action, actorId, subjectId, sessionId, address, requestId, JSON.stringify(detail)],
  })
}
