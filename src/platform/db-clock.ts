/**
 * Postgres' clock, as seen from here: what is valid from one time to another is so by that clock, whatever this
 * machine's says.
 */
import type { Clock } from '../cache/clock.ts'
import type { Database } from './db.ts'

export interface DatabaseClock extends Clock {
  /** Asks Postgres. Never rejects: an old answer, or this machine's own time, is better than none. */
  sync(): Promise<void>
  close(): void
}

const syncMs = 30_000

export function createDatabaseClock({ pool }: Pick<Database, 'pool'>, clock: Clock): DatabaseClock {
  let offset = 0
  const sync = async () => {
    try {
      const asked = clock.now()
      const { rows } = await pool.query('SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now')
      offset = rows[0].now - (asked + clock.now()) / 2
    } catch {
      // asked again in a while
    }
  }
  const timer = setInterval(sync, syncMs)
  timer.unref()
  return { now: () => clock.now() + offset, sync, close: () => clearInterval(timer) }
}
