/** Accounts in Postgres: who they are, and how they log in. Locked in this order: user, credential, sessions. */
import type { Database } from '../platform/db.ts'
import type { Tx } from '../platform/outbox.ts'
import type { Account } from './schema.ts'

/** What a login needs to know. */
export interface Credential {
  userId: string
  passwordHash: string
}

export type AccountRepository = ReturnType<typeof createAccountRepository>

export function createAccountRepository({ pool, measure }: Database) {
  const one = async (operation: string, where: string, value: string): Promise<Credential | null> =>
    measure(operation, async () => {
      const { rows } = await pool.query<Credential>({
        name: operation,
        text: `SELECT u.id AS "userId", c.password_hash AS "passwordHash"
          FROM app_user u JOIN credential c ON c.user_id = u.id WHERE ${where} AND u.status = 'active'`,
        values: [value],
      })
      return rows[0] ?? null
    })
  return {
    /** null: nobody who could log in. */
    byEmail: (email: string) => one('credential.byEmail', 'u.email = $1', email),
    byUser: (userId: string) => one('credential.byUser', 'u.id = $1', userId),
  }
}

/**
 * The account, if it is still as it was when the password was checked: active, and with the same hash. Until the
 * transaction ends nobody can change that.
 */
export async function lockAccount(tx: Tx, { userId, passwordHash }: Credential): Promise<Account | null> {
  const { rows } = await tx.query<Account>({
    name: 'account.lock',
    text: `SELECT u.id, u.email::text, u.name, u.role FROM app_user u JOIN credential c ON c.user_id = u.id
     WHERE u.id = $1 AND u.status = 'active' AND c.password_hash = $2 FOR SHARE OF u, c`,
    values: [userId, passwordHash],
  })
  return rows[0] ?? null
}

/** null: the address is taken. */
export async function insertAccount(
  tx: Tx,
  { email, name, passwordHash }: { email: string; name: string; passwordHash: string },
): Promise<Account | null> {
  const { rows } = await tx.query<Account>(
    `INSERT INTO app_user (email, name) VALUES ($1, $2) ON CONFLICT (email) DO NOTHING
     RETURNING id, email::text, name, role`,
    [email, name],
  )
  const account = rows[0]
  if (!account) return null
  await tx.query('INSERT INTO credential (user_id, password_hash) VALUES ($1, $2)', [account.id, passwordHash])
  return account
}

/** Null if the hash is no longer `from`, or the user may not log in. */
export async function replacePassword(tx: Tx, { userId, passwordHash: from }: Credential, to: string) {
  const { rows } = await tx.query<Account>(
    `SELECT id, email::text, name, role FROM app_user WHERE id = $1 AND status = 'active' FOR SHARE`,
    [userId],
  )
  const changed = await tx.query(
    'UPDATE credential SET password_hash = $3, changed_at = clock_timestamp() WHERE user_id = $1 AND password_hash = $2',
    [userId, from, to],
  )
  return changed.rowCount === 1 ? (rows[0] ?? null) : null
}
