import type pg from 'pg'
import { expect, vi } from 'vitest'

/** Waits until `check` passes; a busy machine may take its time. */
export function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 15_000, interval: 10 })
}

/** Waits until the caches have followed all changes so far: else the relay may do it between two reads of a test. */
export function settled(sql: pg.Pool): Promise<void> {
  return eventually(async () => expect((await sql.query('SELECT FROM outbox')).rowCount).toBe(0))
}
