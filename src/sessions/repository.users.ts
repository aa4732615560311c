/** Users, as an admin sees and changes them. */
import type { Database } from '../platform/db.ts'
import type { Tx } from '../platform/outbox.ts'
import type { ListInput, User } from './schema.users.ts'

type Row = Omit<User, 'createdAt'> & { createdAt: Date }

const columns = `id, email::text, name, role, status, created_at AS "createdAt"`

/** In the order of their ids, which is that of their making. */
export function createUserList({ pool, measure }: Database) {
  return ({ email, role, limit, cursor }: ListInput) =>
    measure('user.list', async () => {
      const { rows } = await pool.query<Row>(
        `SELECT ${columns} FROM app_user
         WHERE ($1::citext IS NULL OR email = $1) AND ($2::user_role IS NULL OR role = $2)
           AND ($3::uuid IS NULL OR id > $3)
         ORDER BY id LIMIT $4`,
        [email ?? null, role ?? null, cursor ?? null, limit + 1],
      )
      const items = rows.slice(0, limit).map(toUser)
      return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
    })
}

/** Null: there is no such user. Their sessions are void from the commit on. */
export async function updateUser(
  tx: Tx,
  userId: string,
  { role, status }: Partial<Pick<User, 'role' | 'status'>>,
): Promise<User | null> {
  const { rows } = await tx.query<Row>(
    `UPDATE app_user SET role = coalesce($2, role), status = coalesce($3, status), version = version + 1,
       updated_at = now()
     WHERE id = $1 RETURNING ${columns}`,
    [userId, role ?? null, status ?? null],
  )
  return rows[0] ? toUser(rows[0]) : null
}

const toUser = ({ createdAt, ...row }: Row): User => ({ ...row, createdAt: createdAt.toISOString() })
