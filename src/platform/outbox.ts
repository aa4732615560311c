/**
 * The outbox: triggers write what changed, in the transaction that changes it, and a row is gone when the caches have
 * followed. Whoever changes something through here has the caches follow before it answers; the relay sees to what is
 * left: changes by psql or another service, and those whose writer died between commit and invalidation.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { Database } from './db.ts'
import type { Log } from './logging.ts'

export interface Change {
  id: string
  topic: string
  key: string
  detail: unknown
  /** How long ago, by Postgres' clock, s. */
  ageSeconds: number
}

/** A connection in a transaction. */
export type Tx = Pick<pg.PoolClient, 'query'>

/** Has the caches follow; false if Redis did not take it, and it must be tried again. Doing it twice does no harm. */
export type Follow = (changes: Change[], source: 'mutation' | 'outbox') => Promise<boolean>

/** What a transaction came to; its changes are still to be followed. */
export interface Committed<T> {
  result: T
  /**
   * Has the caches follow; of what they don't, the relay will have them. `done`: the changes that somebody has seen to
   * already. Never rejects.
   */
  follow(done?: (change: Change) => boolean): Promise<void>
}

export interface Outbox {
  /**
   * `follow` gets the changes of `topic`, in order. A topic may have several. The topic `all` stands for a change of
   * everything; it is also what is followed when a change of another topic can't be: whoever caches anything is to
   * follow it.
   */
  on(topic: string, follow: Follow): void
  /** All changes to all who follow their topics. Never rejects. */
  follow: Follow
  /** Whether this process has caches that follow. If not, what it changes is left to the relay of one that has. */
  follows: boolean
  /**
   * Runs `work` in a transaction and commits it, and has the caches follow before it answers. Tried again, twice at most,
   * if it lost against another transaction (deadlock, serialisation). Rejects with what `work` or the commit rejects with.
   */
  transaction<T>(operation: string, work: (tx: Tx) => Promise<T>): Promise<T>
  /**
   * For a statement that is its own transaction and answers with the changes it made: what it sets `app.invalidates`
   * to, ms. null: it does not set it, and answers with none.
   */
  holdMs: number | null
  /** Has the caches follow what such a statement changed, but for what is `done`. Never rejects. */
  settle(changes: Change[], done?: (change: Change) => boolean): Promise<void>
  /** The first half of `transaction`, for what is written through: it is stored between commit and follow. */
  commit<T>(operation: string, work: (tx: Tx) => Promise<T>): Promise<Committed<T>>
}

/** How long the relay leaves the changes of a transaction to its writer, ms. */
const holdMs = 500

/** How long changes that could not be followed may wait to be left to the relay, ms. */
const releaseAfterMs = 5

/** How long changes that are followed may wait to be deleted, ms; well within the hold. */
const deleteAfterMs = 50

/** How often a transaction is tried that loses against others, and how far apart, ms. */
const mostAttempts = 3
const apartMs = 20

const columns = `id, topic, key, detail, extract(epoch FROM clock_timestamp() - created_at)::float8 AS "ageSeconds"`

export function createOutbox(db: Database, { follows = true, log }: { follows?: boolean; log: Log }): Outbox {
  const followers = new Map<string, Follow[]>()

  const follow: Follow = async (changes, source) => {
    const topics = Map.groupBy(changes, ({ topic }) => topic)
    const calls = Array.from(topics, ([topic, some]) => (followers.get(topic) ?? []).map((each) => ({ each, some })))
    const done = await Promise.all(calls.flat().map(({ each, some }) => followOrAll(each, some, source)))
    return done.every(Boolean)
  }

  /** One change that can't be understood must not keep all later ones waiting: then everything is void. */
  async function followOrAll(each: Follow, changes: Change[], source: 'mutation' | 'outbox'): Promise<boolean> {
    try {
      return await each(changes, source)
    } catch (err) {
      const topic = changes[0]?.topic
      log.error({ err, topic }, 'a change could not be followed')
      return topic !== 'all' && follow([{ id: '0', topic: 'all', key: '*', detail: {}, ageSeconds: 0 }], source)
    }
  }

  /** Whether all of `changes` have been followed. */
  const followRest = (changes: Change[], done: (change: Change) => boolean = () => false) =>
    follow(
      changes.filter((change) => !done(change)),
      'mutation',
    )

  // Deleted together: whoever writes a thousand times a second is not to wait for a thousand deletions. Should they not
  // be deleted, the relay follows them once more.
  const deleteSoon = together((some) => deleteChanges(db.pool, some), deleteAfterMs)
  const releaseSoon = together((some) => releaseChanges(db.pool, some), releaseAfterMs)

  async function attempt<T>(work: (tx: Tx) => Promise<T>): Promise<Committed<T>> {
    const client = await db.pool.connect()
    let broken = true
    let result: T
    let changes: Change[]
    try {
      await client.query(follows ? `BEGIN; SET LOCAL app.invalidates = '${holdMs}'` : 'BEGIN')
      result = await work(client)
      changes = follows ? await ownChanges(client) : []
      await client.query('COMMIT')
      broken = false
    } catch (error) {
      await client.query('ROLLBACK').then(
        () => {
          broken = isReadOnly(error)
        },
        () => {}, // the connection is gone; the first error says more
      )
      throw error
    } finally {
      client.release(broken)
    }
    // From here on the work is done, whatever happens: what is not followed now, the relay will see to.
    const followNow: Committed<T>['follow'] = async (done) => {
      if (changes.length === 0) return
      if (await followRest(changes, done)) await deleteChanges(db.pool, changes).catch(ignore)
      else releaseSoon(changes)
    }
    return { result, follow: followNow }
  }

  const commit: Outbox['commit'] = (operation, work) =>
    db.measure(operation, async () => {
      for (let left = mostAttempts - 1; ; left -= 1) {
        try {
          return await attempt(work)
        } catch (error) {
          if (left === 0 || !lostAgainstAnother(error)) throw error
          await delay(Math.random() * apartMs) // two that both lost must not meet again
        }
      }
    })

  return {
    on: (topic, each) => void followers.set(topic, [...(followers.get(topic) ?? []), each]),
    follow,
    follows,
    holdMs: follows ? holdMs : null,
    settle: async (changes, done) => {
      if (changes.length === 0) return
      if (await followRest(changes, done)) deleteSoon(changes)
      else releaseSoon(changes)
    },
    commit,
    transaction: async (operation, work) => {
      const committed = await commit(operation, work)
      await committed.follow()
      return committed.result
    },
  }
}

async function ownChanges(client: Tx): Promise<Change[]> {
  const { rows } = await client.query<Change>({
    name: 'outbox.own',
    text: `SELECT ${columns} FROM outbox WHERE xid = pg_current_xact_id() ORDER BY id`,
  })
  return rows
}

/**
 * The oldest changes that nobody else is seeing to, `limit` at most. Changes of one row come in the order of their
 * commits: whoever changes it waits for its lock, and takes an id after that.
 */
export async function pendingChanges(client: Tx, limit: number): Promise<Change[]> {
  const { rows } = await client.query<Change>(
    `SELECT ${columns} FROM outbox WHERE held_until IS NULL OR held_until < clock_timestamp() ORDER BY id LIMIT $1`,
    [limit],
  )
  return rows
}

export async function deleteChanges(client: Tx, changes: Change[]): Promise<void> {
  await client.query('DELETE FROM outbox WHERE id = ANY ($1::bigint[])', [changes.map(({ id }) => id)])
}

/** Redis did not take them from here: the relay, maybe that of another process, need not wait until the hold is over. */
async function releaseChanges(client: Tx, changes: Change[]): Promise<void> {
  await client.query(
    `WITH released AS (UPDATE outbox SET held_until = NULL WHERE id = ANY ($1::bigint[]) RETURNING id)
     SELECT pg_notify('outbox', '') FROM released LIMIT 1`,
    [changes.map(({ id }) => id)],
  )
}

/** Does `write` for all that comes within `ms`, in one statement. If it fails, the relay follows them once more. */
function together(write: (changes: Change[]) => Promise<void>, ms: number): (changes: Change[]) => void {
  let waiting: Change[] = []
  const flush = () => {
    const some = waiting
    waiting = []
    write(some).catch(ignore)
  }
  return (changes) => {
    if (waiting.length === 0) setTimeout(flush, ms).unref()
    waiting.push(...changes)
  }
}

/** Deletes changes, 1,000 at most, that are older than anything that can be in a cache. */
export async function pruneChanges(client: Tx): Promise<void> {
  await client.query(
    `DELETE FROM outbox WHERE id IN (
       SELECT id FROM outbox WHERE created_at < clock_timestamp() - interval '3 days' ORDER BY id LIMIT 1000)`,
  )
}

const ignore = () => {}

/** That of a standby, or of a primary that became one: it stays so, and would refuse whoever gets it next. */
const isReadOnly = (error: unknown) => (error as { code?: string }).code === '25006'

function lostAgainstAnother(error: unknown): boolean {
  return ['40001', '40P01'].includes((error as { code?: string }).code ?? '')
}
