/**
 * Postgres' clock, as seen from here: what is valid from one time to another is so by that clock, whatever this
 * machine's says. Never behind it, but for what two clocks drift apart between two questions: a price that has begun is
 * seen, and nothing is kept beyond its time. It may be ahead by a question's way to Postgres.
 */
import type { Clock } from '../cache/clock.ts'
import type { Database } from './db.ts'

export interface DatabaseClock extends Clock {
  /** Asks Postgres. Never rejects: an old answer, or this machine's own time, is better than none. */
  sync(): Promise<void>
  close(): void
}

const syncMs = 30_000
/** Questions in a row; the one that was answered soonest tells most. */
const samples = 5

export function createDatabaseClock({ pool }: Pick<Database, 'pool'>, clock: Clock): DatabaseClock {
  let offset = 0
  /** The most it can be by one answer: what it was when Postgres looked, we learn a moment later. */
  const ask = async () => {
    const asked = clock.now()
    const { rows } = await pool.query('SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now')
    return rows[0].now - asked
  }
  const sync = async () => {
    try {
      const answers: number[] = []
      while (answers.length < samples) answers.push(await ask())
      offset = Math.min(...answers)
    } catch {
      // asked again in a while
    }
  }
  const timer = setInterval(sync, syncMs)
  timer.unref()
  return { now: () => clock.now() + offset, sync, close: () => clearInterval(timer) }
}
