/** Accounts with passwords, and requests as they come over the wire. */
import { randomUUID } from 'node:crypto'
import { hashPassword } from '../../src/sessions/password/argon2.ts'
import { passwordCost, type TestApp } from './app.ts'
import { clientWith } from './staff.ts'

export const rightPassword = 'a long enough password'

export interface Account {
  id: string
  email: string
}

/** Somebody with `rightPassword`. */
export async function insertAccount(
  { sql }: Pick<TestApp, 'sql'>,
  { email = `${randomUUID()}@people.example`, role = 'customer', password = rightPassword } = {},
): Promise<Account> {
  const hash = await hashPassword(password, passwordCost)
  const { rows } = await sql.query<{ id: string }>(
    `WITH made AS (INSERT INTO app_user (email, name, role) VALUES ($1, 'Somebody', $2) RETURNING id)
     INSERT INTO credential (user_id, password_hash) SELECT id, $3 FROM made RETURNING user_id AS id`,
    [email, role, hash],
  )
  return { id: rows[0]?.id ?? '', email }
}

export const login = (shop: TestApp, email: string, password = rightPassword) =>
  shop.trpc.session.login.mutate({ email, password })

/** Whether `token` is anybody's. */
export const isKnown = (shop: TestApp, token: string): Promise<boolean> =>
  clientWith(shop, token)
    .session.me.query()
    .then(
      () => true,
      (error) => {
        if (error.data?.reason === 'TOKEN_INVALID') return false
        throw error
      },
    )

interface Raw {
  status: number
  reason: string | undefined
  setCookie: string | null
  text: string
}

/** A mutation as a browser sends it. */
export async function post(
  { base }: TestApp,
  procedure: string,
  { body = '{}', headers = {} }: { body?: string; headers?: Record<string, string> } = {},
): Promise<Raw> {
  const response = await fetch(`${base}/trpc/${procedure}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  const text = await response.text()
  const answer = JSON.parse(text)
  const reason = answer.error?.data?.reason ?? answer.error?.reason
  return { status: response.status, reason, setCookie: response.headers.get('set-cookie'), text }
}
