/**
 * Who can log in after a seed. On a local database: an admin, one of the staff and the seed's customers, all with one
 * password that is written here for everybody to read. On a database that was given: only the admin that is asked for.
 */
import pg from 'pg'
import { hashPassword, owaspCost } from '../../src/sessions/password/argon2.ts'
import { users } from './users.ts'

export const developmentPassword = 'for development only'

export const developmentAccounts = [
  { email: 'admin@example.com', name: 'An Admin', role: 'admin' },
  { email: 'staff@example.com', name: 'One of the Staff', role: 'staff' },
] as const

export interface AccountOptions {
  /** Whether the database is this machine's own. */
  local: boolean
  /** ADMIN_EMAIL and ADMIN_PASSWORD: an admin with these. */
  env: Record<string, string | undefined>
}

/** Those that are missing; whoever has a password keeps it. Gives what to tell the person, a line each. */
export async function seedAccounts(databaseUrl: string, { local, env }: AccountOptions): Promise<string[]> {
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = env
  if (Boolean(email) !== Boolean(password)) throw new Error('ADMIN_EMAIL and ADMIN_PASSWORD go together.')
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const said: string[] = []
    if (email && password) {
      if (password.length < 8) throw new Error('ADMIN_PASSWORD must have at least 8 characters.')
      await insert(client, [{ email: email.toLowerCase(), name: 'Admin', role: 'admin' }], password)
      said.push(`${email} can log in as admin.`)
    }
    if (local) {
      const customers = users.map(({ email, name }) => ({ email, name, role: 'customer' }))
      await insert(client, [...developmentAccounts, ...customers], developmentPassword)
      const names = [...developmentAccounts.map((account) => account.email), users[0]?.email]
      said.push(`${names.join(', ')} … can log in with the password "${developmentPassword}".`)
    }
    return said
  } finally {
    await client.end()
  }
}

/** One hash for all: whoever reads it here knows the password anyway. */
async function insert(client: pg.Client, accounts: readonly object[], password: string): Promise<void> {
  await client.query(
    `WITH wanted AS (SELECT * FROM jsonb_to_recordset($1) AS a (email citext, name text, role user_role)),
     made AS (
       INSERT INTO app_user (email, name, role) SELECT email, name, role FROM wanted
       ON CONFLICT (email) DO NOTHING RETURNING id, email),
     known AS (
       SELECT id FROM made
       UNION SELECT u.id FROM app_user u JOIN wanted USING (email) WHERE u.role = wanted.role)
     INSERT INTO credential (user_id, password_hash) SELECT id, $2 FROM known ON CONFLICT DO NOTHING`,
    [JSON.stringify(accounts), await hashPassword(password, owaspCost)],
  )
}
