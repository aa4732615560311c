/** Users in Postgres. */
import type { Database } from '../platform/db.ts'
import type { Tx } from '../platform/outbox.ts'
import type { Profile, UpdateInput } from './schema.ts'

export type ProfileRepository = ReturnType<typeof createProfileRepository>

interface Row extends Omit<Profile, 'createdAt' | 'updatedAt'> {
  createdAt: Date
  updatedAt: Date
}

const columns = `id, email, name, locale, currency, phone, marketing, version,
  created_at AS "createdAt", updated_at AS "updatedAt"`

export function createProfileRepository({ pool, measure }: Database) {
  return {
    byId: (id: string): Promise<Profile | null> =>
      measure('user.byId', async () => {
        const name = 'user.byId' // prepared
        const { rows } = await pool.query<Row>({
          name,
          text: `SELECT ${columns} FROM app_user WHERE id = $1`,
          values: [id],
        })
        return rows[0] ? toProfile(rows[0]) : null
      }),
  }
}

/** The profile after the change; the present version if it is not the expected one; null without such a user. */
export async function updateProfile(tx: Tx, input: UpdateInput): Promise<Profile | number | null> {
  const { userId, expectedVersion, name, locale, currency, phone, marketing } = input
  const { rows } = await tx.query<Row>(
    `UPDATE app_user SET name = coalesce($3, name), locale = coalesce($4, locale), currency = coalesce($5, currency),
       phone = CASE WHEN $6 THEN $7 ELSE phone END, marketing = coalesce($8, marketing),
       version = version + 1, updated_at = now()
     WHERE id = $1 AND version = $2 RETURNING ${columns}`,
    [userId, expectedVersion, name, locale, currency, phone !== undefined, phone, marketing],
  )
  if (rows[0]) return toProfile(rows[0])
  const found = await tx.query<{ version: number }>('SELECT version FROM app_user WHERE id = $1', [userId])
  return found.rows[0]?.version ?? null
}

const toProfile = ({ createdAt, updatedAt, ...row }: Row): Profile => ({
  ...row,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
})
