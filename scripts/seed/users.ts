/** Twenty people who have an account: the same each time. Their addresses lead nowhere (RFC 2606). */
import type pg from 'pg'
import { idsOfReference } from './ids.ts'
import { randomFor } from './random.ts'
import { preparedAt } from './time.ts'

const names = [
  'Ada Lovelace',
  'Alan Turing',
  'Annie Easley',
  'Barbara Liskov',
  'Claude Shannon',
  'Donald Knuth',
  'Edsger Dijkstra',
  'Frances Allen',
  'Grace Hopper',
  'Hedy Lamarr',
  'Jean Bartik',
  'John Backus',
  'Karen Jones',
  'Katherine Johnson',
  'Konrad Zuse',
  'Leslie Lamport',
  'Margaret Hamilton',
  'Niklaus Wirth',
  'Radia Perlman',
  'Tony Hoare',
]

const homes = [
  { locale: 'en-US', currency: 'USD', dial: '+1202555' },
  { locale: 'en-GB', currency: 'GBP', dial: '+44207946' },
  { locale: 'de-AT', currency: 'EUR', dial: '+4315550' },
  { locale: 'fr-FR', currency: 'EUR', dial: '+3319900' },
]

const nextId = idsOfReference(4)

export const users = names.map((name, index) => {
  const random = randomFor(1_000_000_000 + index)
  const { locale, currency, dial } = random.pick(homes)
  return {
    id: nextId(),
    email: `${name.toLowerCase().replace(' ', '.')}@example.com`,
    name,
    locale,
    currency,
    phone: random.chance(0.5) ? `${dial}${random.between(1_000, 9_999)}` : null,
    marketing: random.chance(0.3),
  }
})

export const firstUserId = users[0]?.id ?? ''

/** Those that are missing. Whoever is there, with the same id or address, stays as they are. */
export async function insertUsers(client: pg.Client): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(`SET LOCAL app.outbox = ''`) // "there is no such user" may be cached
    await client.query(
      `INSERT INTO app_user (id, email, name, locale, currency, phone, marketing, created_at, updated_at)
       SELECT u.id, u.email, u.name, u.locale, u.currency, u.phone, u.marketing, $2, $2
       FROM jsonb_to_recordset($1) AS u (id uuid, email citext, name text, locale text, currency text, phone text,
         marketing boolean)
       ON CONFLICT DO NOTHING`,
      [JSON.stringify(users), new Date(preparedAt)],
    )
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {}) // the first error says more
    throw error
  }
}
