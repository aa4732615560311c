/** A Postgres that can be hurt: restarted, its tables locked, its connections taken, its writes refused. */
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { startPostgres } from '../stack/postgres.ts'

export interface HurtPostgres {
  url: string
  folder: string
  /** `immediate`: as after a crash. Comes back at the same place after `downMs`. */
  restart(mode: 'fast' | 'immediate', downMs: number): Promise<void>
  /** Nobody reads or writes `table` for so long. */
  lock(table: string, ms: number): Promise<void>
  /** The application's connections end, and for so long there are none to be had. */
  exhaust(ms: number): Promise<void>
  /** Every transaction is read-only for so long: what an application sees of a full disk, or of a standby. */
  refuseWrites(ms: number): Promise<void>
  stop(): Promise<void>
}

// What is acknowledged survives a crash of Postgres (synchronous_commit stays on); of the machine it need not.
const settings = ['fsync=off', 'shared_buffers=128MB', 'max_connections=60']
/** What `exhaust` leaves over: those that Postgres keeps for superusers, and room for who takes the rest. */
const mostTaken = 100

export async function startHurtPostgres(dataDir: string): Promise<HurtPostgres> {
  const first = await startPostgres(dataDir, { settings })
  const { url, folder } = first
  /** undefined: it is down, or could not be started again. */
  let server: typeof first | undefined = first
  const port = Number(new URL(url).port)

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url, application_name: 'faults' })
    client.on('error', () => {}) // ended from outside: that is the point
    await client.connect()
    return client
  }
  async function on(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
    const client = await connect()
    await work(client).finally(() => client.end().catch(() => {}))
  }
  const endOthers = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name <> 'faults' AND backend_type = 'client backend' AND pid <> pg_backend_pid()`

  return {
    url,
    folder,
    restart: async (mode, downMs) => {
      const stopping = server
      server = undefined
      await stopping?.stop(mode)
      await delay(downMs)
      server = await startPostgres(dataDir, { settings, port })
    },
    lock: (table, ms) =>
      on(async (client) => {
        await client.query(`BEGIN; SET LOCAL lock_timeout = '2s'; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`)
        await delay(ms)
        await client.query('ROLLBACK')
      }),
    exhaust: async (ms) => {
      const taken: pg.Client[] = []
      const take = async () => {
        while (taken.length < mostTaken) {
          const client = await connect().catch(() => undefined)
          if (!client) return
          taken.push(client)
        }
      }
      await take()
      await taken[0]?.query(endOthers)
      await take() // before they come back
      await delay(ms)
      await Promise.all(taken.map((client) => client.end().catch(() => {})))
    },
    refuseWrites: (ms) =>
      on(async (client) => {
        const set = async (value: 'on' | 'off') => {
          await client.query(`ALTER DATABASE shop SET default_transaction_read_only = ${value}`)
          await client.query(endOthers) // it is a setting of new connections
        }
        await set('on')
        await delay(ms)
        await client.query('SET default_transaction_read_only = off')
        await set('off')
      }),
    stop: async () => server?.stop(),
  }
}
