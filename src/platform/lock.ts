/** What only one process at a time is to do, by an advisory lock of Postgres: it is free again when the holder dies. */
import type { Database } from './db.ts'

/** Runs `work` if nobody else runs theirs under `number`; false if somebody does. Holds a connection meanwhile. */
export async function exclusively({ pool }: Database, number: number, work: () => Promise<void>): Promise<boolean> {
  const client = await pool.connect()
  let broken = true
  try {
    const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS locked', [number])
    broken = false
    if (!rows[0].locked) return false
    broken = true
    await work()
    await client.query('SELECT pg_advisory_unlock($1)', [number])
    broken = false
    return true
  } finally {
    client.release(broken) // a broken connection is closed, and the lock with it
  }
}
