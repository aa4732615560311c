/** People with a role and a session, straight into the database: for tests and load, which don't want to log in first. */
import { createHash } from 'node:crypto'

interface Client {
  query(sql: string, values?: unknown[]): Promise<unknown>
}

export interface Person {
  email: string
  role: 'customer' | 'staff' | 'admin'
  /** 43 characters of base64url, as all tokens have. */
  token: string
}

/** A user with that role, and a session of theirs for the next day. Done again, nothing happens. */
export async function insertPerson(client: Client, { email, role, token }: Person): Promise<void> {
  await client.query(
    `WITH made AS (
       INSERT INTO app_user (email, name, role) SELECT $1::text, $1::text, $2::user_role ON CONFLICT (email) DO NOTHING RETURNING id, role)
     INSERT INTO session (token_hash, kind, user_id, role, expires_at, idle_expires_at)
     SELECT $3, 'user', id, role, now() + interval '1 day', now() + interval '1 day' FROM made
     ON CONFLICT DO NOTHING`,
    [email, role, createHash('sha256').update(token).digest()],
  )
}
