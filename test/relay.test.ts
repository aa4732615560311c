/** The relay alone: real Postgres, and a follower that the test controls. */
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLog } from '../src/platform/logging.ts'
import { createMetrics } from '../src/platform/metrics.ts'
import type { Change } from '../src/platform/outbox.ts'
import { createRelay, type RelayOptions } from '../src/platform/relay.ts'
import { databaseForTest } from './support/database.ts'
import { eventually } from './support/eventually.ts'

const log = createLog('silent')

async function ground() {
  const url = await databaseForTest()
  const sql = new pg.Pool({ connectionString: url, max: 4 })
  sql.on('error', () => {})
  onTestFinished(() => sql.end())
  const relay = (follow: (changes: Change[]) => Promise<boolean>, rest: Partial<RelayOptions> = {}) => {
    const outbox = { follow, follows: true }
    const created = createRelay({ databaseUrl: url, outbox, metrics: createMetrics({}), log, ...rest })
    onTestFinished(() => created.stop())
    created.start()
    return created
  }
  const write = (count: number, key = `'k' || n`) =>
    sql.query(`INSERT INTO outbox (topic, key) SELECT 'thing', ${key} FROM generate_series(1, ${count}) n`)
  const pending = async () => {
    const { rows } = await sql.query<{ count: number }>('SELECT count(*)::int AS count FROM outbox')
    return rows[0]?.count
  }
  /** The connection of the relay that leads. */
  const leader = async () => {
    const { rows } = await sql.query<{ pid: number }>(
      `SELECT l.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
       WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database()
         AND a.application_name = 'caching-reference-relay'`,
    )
    expect(rows.length).toBeLessThanOrEqual(1)
    return rows[0]?.pid
  }
  const kill = (pid: number | undefined) => sql.query('SELECT pg_terminate_backend($1)', [pid])
  return { sql, relay, write, pending, leader, kill }
}

const keys = (batches: Change[][]) => batches.flat().map(({ key }) => key)

describe('the relay', () => {
  it('given 5,000 changes, when it starts, then they are followed in batches of 500 at most, in order, and gone', async () => {
    const { relay, write, pending } = await ground()
    await write(5_000)
    const batches: Change[][] = []
    relay(async (changes) => {
      batches.push(changes)
      return true
    })
    await eventually(async () => expect(await pending()).toBe(0))
    expect(batches.every(({ length }) => length <= 500)).toBe(true)
    expect(keys(batches)).toEqual(Array.from({ length: 5_000 }, (_, index) => `k${index + 1}`))
  })

  it('given changes of one thing by many writers at once, when followed, then they come in the order of their commits', async () => {
    const { sql, relay } = await ground()
    await sql.query(`CREATE TABLE thing (id int PRIMARY KEY, version int); INSERT INTO thing VALUES (1, 0)`)
    const seen: number[] = []
    relay(async (changes) => {
      seen.push(...changes.map(({ key }) => Number(key)))
      return true
    })
    const change = () =>
      sql.query(`WITH next AS (UPDATE thing SET version = version + 1 RETURNING version)
        INSERT INTO outbox (topic, key) SELECT 'thing', version FROM next`)
    await Promise.all(Array.from({ length: 100 }, change))
    await eventually(() => expect(seen).toHaveLength(100))
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
  })

  it('given a leader whose Redis is away, when another process has one, then that one leads', async () => {
    const { relay, write, pending } = await ground()
    let refusals = 0
    relay(async () => {
      refusals++
      return false
    })
    await write(1)
    await eventually(() => expect(refusals).toBeGreaterThan(0))
    relay(async () => true)
    await eventually(async () => expect(await pending()).toBe(0))
  })

  it('given a follower that refuses, when asked again, then the changes stay until it takes them', async () => {
    const { relay, write, pending } = await ground()
    let refusals = 0
    let open = false
    relay(async () => {
      if (!open) refusals++
      return open
    })
    await write(3)
    await eventually(() => expect(refusals).toBeGreaterThan(0))
    const before = refusals
    for (let index = 0; index < 50; index++) await write(1) // wakes nobody while Redis is away
    expect(refusals).toBeLessThan(before + 10)
    expect(await pending()).toBe(53)
    open = true
    await eventually(async () => expect(await pending()).toBe(0))
  })

  it('given a connection that is killed between following and deleting, when it is back, then it follows again', async () => {
    const { relay, write, pending, leader, kill } = await ground()
    const batches: Change[][] = []
    relay(async (changes) => {
      batches.push(changes)
      if (batches.length === 1) await kill(await leader())
      return true
    })
    await write(2)
    await eventually(async () => expect(await pending()).toBe(0))
    expect(keys(batches)).toEqual(['k1', 'k2', 'k1', 'k2'])
  })

  it('given two relays, when the one that leads loses its connection, then the other leads, and never both', async () => {
    const { relay, write, pending, leader, kill } = await ground()
    const followed: string[] = []
    const named = (name: string) => async (changes: Change[]) => {
      followed.push(...changes.map(() => name))
      return true
    }
    relay(named('first'))
    await eventually(async () => expect(await leader()).toBeDefined())
    const first = await leader()
    const second = relay(named('second'))
    await write(2)
    await eventually(async () => expect(await pending()).toBe(0))
    expect(followed).toEqual(['first', 'first'])
    await eventually(async () => {
      await kill(await leader())
      await write(1)
      await eventually(async () => expect(await pending()).toBe(0))
      expect(followed).toContain('second')
    })
    expect(await leader()).not.toBe(first)
    await second.stop()
    await write(1)
    await eventually(async () => expect(await pending()).toBe(0))
    expect(followed.at(-1)).toBe('first')
  })

  it('given a change held by its writer, when others are followed, then it is left alone', async () => {
    const { sql, relay, write } = await ground()
    const client = await sql.connect()
    await client.query(`BEGIN; SET LOCAL app.invalidates = '600000'`)
    await client.query(`INSERT INTO outbox (topic, key) VALUES ('thing', 'held')`)
    await client.query('COMMIT')
    client.release()
    const batches: Change[][] = []
    relay(async (changes) => {
      batches.push(changes)
      return true
    })
    await write(1)
    await eventually(() => expect(keys(batches)).toEqual(['k1']))
    const { rows } = await sql.query('SELECT key FROM outbox')
    expect(rows).toEqual([{ key: 'held' }])
  })

  it('given a chore that fails, when changes come, then they are followed, and the other chores are done', async () => {
    const { relay, write, pending } = await ground()
    let done = 0
    const chores = [
      () => Promise.reject(new Error('no')),
      async () => {
        done++
      },
    ]
    relay(async () => true, { chores })
    await write(1)
    await eventually(async () => expect(await pending()).toBe(0))
    await eventually(() => expect(done).toBeGreaterThan(1))
  })

  it('given changes older than any cache, when it has a moment, then they are pruned, followed or not', async () => {
    const { sql, relay, write } = await ground()
    await write(2)
    await sql.query(`UPDATE outbox SET created_at = now() - interval '4 days' WHERE key = 'k1'`)
    relay(async () => false)
    await eventually(async () => {
      const { rows } = await sql.query('SELECT key FROM outbox')
      expect(rows).toEqual([{ key: 'k2' }])
    })
  })

  it('given changes, when followed, then the lag is observed', async () => {
    const { relay, write, pending } = await ground()
    const metrics = createMetrics({})
    relay(async () => true, { metrics })
    await write(3)
    await eventually(async () => expect(await pending()).toBe(0))
    expect(await metrics.text()).toContain('cache_invalidation_lag_seconds_count 3')
  })

  it('given a process without caches that follow, when it stands by, then it leaves changes to one that has', async () => {
    const { relay, write, pending } = await ground()
    const touched: Change[][] = []
    let chores = 0
    const chore = async () => {
      chores++
    }
    relay(async (changes) => touched.push(changes) > 0, {
      outbox: { follows: false, follow: async (changes) => touched.push(changes) > 0 },
      chores: [chore],
    })
    await write(1)
    await eventually(() => expect(chores).toBeGreaterThan(2))
    expect([await pending(), touched]).toEqual([1, []])
    relay(async () => true)
    await eventually(async () => expect(await pending()).toBe(0))
  })
})
