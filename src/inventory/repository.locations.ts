/** Where stock lies. There are few locations: they are read as a whole. */
import type { Database } from '../platform/db.ts'

export interface Location {
  id: string
  code: string
  title: string
}

const columns = 'id::text, code, title'

export function createLocationRepository({ pool, measure }: Database) {
  return {
    /** By code; 1,000 at most. */
    all: (): Promise<Location[]> =>
      measure('location.all', async () => {
        const { rows } = await pool.query<Location>(`SELECT ${columns} FROM location ORDER BY code LIMIT 1000`)
        return rows
      }),

    /** By code: a new one, or another title. */
    upsert: ({ code, title }: Omit<Location, 'id'>): Promise<Location> =>
      measure('location.upsert', async () => {
        const { rows } = await pool.query<Location>(
          `INSERT INTO location (code, title) VALUES ($1, $2)
           ON CONFLICT (code) DO UPDATE SET title = EXCLUDED.title RETURNING ${columns}`,
          [code, title],
        )
        return rows[0] as Location
      }),
  }
}
