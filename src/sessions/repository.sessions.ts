/** Sessions in Postgres. Their rows are locked in the order of their ids. */
import type { Who } from '../platform/access.ts'
import type { Database } from '../platform/db.ts'
import type { Tx } from '../platform/outbox.ts'
import { lifetimes, seenEverySeconds } from './lifetimes.ts'

/** A session as it is cached: who somebody is, and nothing else about them. */
export interface Session extends Who {
  /** Past this it has to be looked up again: by then it may have been used, which is noted in Postgres alone. ms */
  knownUntil: number
  version: number
}

export interface NewSession {
  /** Hex. */
  tokenHash: string
  /** null: a guest. */
  user: { id: string; role: 'customer' | 'staff' | 'admin' } | null
  /** Who they were before; a guest that is new gets one. */
  guestId: string | null
  device: string
  ip: string
}

interface Row extends Omit<Session, 'expiresAt' | 'knownUntil'> {
  expiresAt: Date
  knownUntil: Date
}

const grace = `interval '${seenEverySeconds} seconds'`

/** Neither revoked nor over, and the user is who they were. `s`: session, `u`: its user. */
const alive = `s.revoked_at IS NULL AND s.expires_at > clock_timestamp()
  AND s.idle_expires_at + ${grace} > clock_timestamp()
  AND (s.kind = 'guest' OR (u.status = 'active' AND u.role = s.role))`

const columns = `s.id AS "sessionId", coalesce(s.role::text, 'guest') AS role, s.user_id AS "userId",
  s.guest_id AS "guestId", s.expires_at AS "expiresAt", least(s.expires_at, s.idle_expires_at + ${grace}) AS "knownUntil",
  s.version`

export type SessionRepository = ReturnType<typeof createSessionRepository>

export function createSessionRepository({ pool, measure }: Database) {
  return {
    /** null: there is none, or none any more. */
    byHash: (tokenHash: string): Promise<Session | null> =>
      measure('session.byHash', async () => {
        const { rows } = await pool.query<Row>({
          name: 'session.byHash',
          text: `SELECT ${columns} FROM session s LEFT JOIN app_user u ON u.id = s.user_id
            WHERE s.token_hash = decode($1, 'hex') AND ${alive}`,
          values: [tokenHash],
        })
        return rows[0] ? toSession(rows[0]) : null
      }),

    /** Those that live, the newest first. */
    ofUser: (userId: string, limit: number) =>
      measure('session.ofUser', async () => {
        const { rows } = await pool.query(
          `SELECT s.id, s.device, s.ip, s.created_at AS "createdAt", s.last_seen_at AS "lastSeenAt",
             s.expires_at AS "expiresAt"
           FROM session s JOIN app_user u ON u.id = s.user_id WHERE s.user_id = $1 AND ${alive}
           ORDER BY s.id DESC LIMIT $2`,
          [userId, limit],
        )
        return rows.map(({ createdAt, lastSeenAt, expiresAt, ...row }) => ({
          ...row,
          createdAt: createdAt.toISOString(),
          lastSeenAt: lastSeenAt.toISOString(),
          expiresAt: expiresAt.toISOString(),
        }))
      }),

    /** Notes that sessions were seen so many seconds ago. */
    see: (ages: ReadonlyMap<string, number>): Promise<void> =>
      measure('session.see', async () => {
        await pool.query('SELECT see_sessions($1::uuid[], $2::float8[])', [[...ages.keys()], [...ages.values()]])
      }),
  }
}

export async function insertSession(tx: Tx, { tokenHash, user, guestId, device, ip }: NewSession): Promise<Session> {
  const { absolute, idle } = lifetimes[user?.role ?? 'guest']
  const { rows } = await tx.query<Row>({
    name: 'session.insert',
    text: `WITH s AS (
       INSERT INTO session (token_hash, kind, user_id, role, guest_id, device, ip, expires_at, idle_expires_at)
       VALUES (decode($1, 'hex'), $2, $3, $4, coalesce($5, CASE WHEN $3::uuid IS NULL THEN uuidv7() END), $6, $7,
         clock_timestamp() + make_interval(secs => $8), clock_timestamp() + make_interval(secs => $9))
       RETURNING *)
     SELECT ${columns} FROM s`,
    values: [
      ...[tokenHash, user ? 'user' : 'guest', user?.id ?? null, user?.role ?? null],
      ...[guestId, device, ip, absolute, idle],
    ],
  })
  return toSession(rows[0] as Row)
}

/** Ends one that lives; of `userId` only, if given. False: there is no such one. */
export async function endSession(tx: Tx, id: string, reason: string, userId?: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE session s SET revoked_at = clock_timestamp(), revoked_reason = $2, version = version + 1
     WHERE id = $1 AND ($3::uuid IS NULL OR user_id = $3) AND revoked_at IS NULL AND expires_at > clock_timestamp()`,
    [id, reason, userId ?? null],
  )
  return rowCount === 1
}

/** Ends all of a user but one; which they were. */
export async function endSessions(tx: Tx, userId: string, reason: string, but?: string): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `WITH living AS (
       SELECT id FROM session
       WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > clock_timestamp() AND id IS DISTINCT FROM $3
       ORDER BY id FOR NO KEY UPDATE)
     UPDATE session s SET revoked_at = clock_timestamp(), revoked_reason = $2, version = version + 1
     FROM living WHERE s.id = living.id RETURNING s.id`,
    [userId, reason, but ?? null],
  )
  return rows.map(({ id }) => id)
}

const forgetEveryMs = 60 * 60 * 1_000
const forgetBatch = 1_000

/** For the relay: forgets sessions that ended a month ago, some at a time, now and then. */
export function createForgetting(now: () => number): (tx: Tx) => Promise<void> {
  let next = 0
  return async (tx) => {
    if (now() < next) return
    next = now() + forgetEveryMs // before it is tried: what fails must not hold up the relay in each round
    const { rows } = await tx.query<{ forgotten: number }>('SELECT forget_sessions($1) AS forgotten', [forgetBatch])
    if (rows[0]?.forgotten === forgetBatch) next = 0
  }
}

const toSession = ({ expiresAt, knownUntil, ...row }: Row): Session => ({
  ...row,
  expiresAt: expiresAt.toISOString(),
  knownUntil: knownUntil.getTime(),
})
