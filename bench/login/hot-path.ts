/** What `session.me` costs a server, beside a procedure that does nothing but one GET: both asked over HTTP, in turn. */
import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import { createClient } from '../../scripts/fleet/client.ts'
import { startContestant } from '../edge/contestant.ts'
import type { Contestant, Measured } from '../edge/contestants.ts'

export interface HotPath {
  /** CPU of the server a request, µs. */
  rounds: { me: number; noop: number }[]
  /** Queries of sessions to Postgres. */
  queries: number
  /** GETs that Redis counted, a call of `session.me`. */
  gets: number
}

export interface HotPathOptions {
  databaseUrl: string
  redisUrl: string
  rounds: number
  /** Requests a round. */
  requests: number
}

/** As many as connections: nobody shares another's read. */
const sessions = 8

export async function hotPath({ databaseUrl, redisUrl, rounds, requests }: HotPathOptions): Promise<HotPath> {
  const env = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    LOG_LEVEL: 'warn',
    CACHE_DISABLE: 'warming',
    RATE_LIMIT_READS: '10000000',
  }
  const mine = await startContestant('this project, near', env)
  const client = createClient()
  const redis = new Redis(redisUrl)
  try {
    const guest = () => client.mutate<{ token: string }>(mine.base, 'session.guest', {})
    const guests = await Promise.all(Array.from({ length: sessions }, guest))
    const tokens = guests.map(({ result }) => result?.data.token ?? '')
    const headersOf = (number: number) => ({ authorization: `Bearer ${tokens[number % sessions]}` })
    const hash = createHash('sha256')
      .update(tokens[0] ?? '')
      .digest('hex')
    const theirs = await startContestant('no-op and GET', { ...env, KEY: `shop:v:session:{${hash}}` })
    const row = (name: string, contestant: Contestant, path: string): Measured => ({
      name,
      contestant,
      products: 1,
      status: 200,
      ask: (number) => ({ path, headers: headersOf(number) }),
    })
    const me = row('session.me', 'this project, near', '/trpc/session.me')
    const noop = row('noop', 'no-op and GET', '/trpc/noop')
    try {
      const [sent, stored] = [await theirs.bodyOf(noop), await redis.strlen(`shop:v:session:{${hash}}`)]
      if (stored === 0 || sent === 0) throw new Error('The session is not where it is looked for')
      const gets = async () => Number(/cmdstat_get:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0)
      const queries = () => client.metric([mine.base], 'db_query_duration_seconds_count', /"session.byHash"/)
      for (let turn = 0; turn < 3; turn++) {
        await mine.measure(me, requests)
        await theirs.measure(noop, requests)
      }
      const before = { gets: await gets(), queries: await queries() }
      await mine.measure(me, requests)
      const after = { gets: await gets(), queries: await queries() }
      const measured: HotPath['rounds'] = []
      for (let round = 0; round < rounds; round++) {
        measured.push({ me: await mine.measure(me, requests), noop: await theirs.measure(noop, requests) })
      }
      return {
        rounds: measured,
        queries: after.queries - before.queries,
        gets: (after.gets - before.gets) / requests,
      }
    } finally {
      theirs.end()
    }
  } finally {
    mine.end()
    client.close()
    redis.disconnect()
  }
}
