import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Database } from '../src/platform/db.ts'
import { exclusively } from '../src/platform/lock.ts'
import { databaseForTest } from './support/database.ts'

async function start() {
  const pool = new pg.Pool({ connectionString: await databaseForTest(), max: 3, application_name: 'lock-test' })
  pool.on('connect', (client) => client.on('error', () => {})) // as that of the application
  onTestFinished(() => pool.end())
  return { pool } as unknown as Database
}

describe('exclusively', () => {
  it('given work under way, when somebody else wants to, then not; when it is done, then they may', async () => {
    const db = await start()
    const working = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const first = exclusively(db, 1, async () => {
      begun.resolve()
      await working.promise
    })
    await begun.promise
    expect(await exclusively(db, 1, () => expect.unreachable())).toBe(false)
    expect(await exclusively(db, 2, async () => {})).toBe(true)
    working.resolve()
    expect(await first).toBe(true)
    expect(await exclusively(db, 1, async () => {})).toBe(true)
  })

  it('given work that fails, when somebody else wants to, then they may', async () => {
    const db = await start()
    await expect(exclusively(db, 1, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await exclusively(db, 1, async () => {})).toBe(true)
  })

  it('given a connection that is cut during the work, when it ends, then it rejects, and the lock is free', async () => {
    const db = await start()
    const cut = async () => {
      await db.pool.query(`SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
    }
    await expect(exclusively(db, 1, cut)).rejects.toThrow()
    expect(await exclusively(db, 1, async () => {})).toBe(true)
  })
})
