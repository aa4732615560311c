/** What `session.me` costs this process, beside a procedure that does nothing but one GET. */
import { createHash } from 'node:crypto'
import { createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { createLog } from '../../src/platform/logging.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { type Context, createCallerFactory, createProcedures, nobody, router } from '../../src/platform/trpc.ts'

export interface HotPath {
  /** CPU a call, ms. */
  rounds: { me: number; noop: number }[]
  /** Loads from Postgres. */
  loads: number
  /** GETs that Redis counted, a call of `session.me`. */
  gets: number
}

export interface HotPathOptions {
  databaseUrl: string
  redisUrl: string
  calls: number
}

const roundCount = 5
/** Calls at once, as in a server. */
const atOnce = 16

export async function hotPath({ databaseUrl, redisUrl, calls }: HotPathOptions): Promise<HotPath> {
  const log = createLog('warn')
  const config = loadConfig({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, PORT: '0', WARM_PRODUCTS: '0' })
  const app = createApp(config, log)
  const server = await app.start()
  try {
    const callerOf = createCallerFactory(app.router)
    const { token } = await callerOf(nobody('bench', log)).session.guest()
    // As the app makes it for a request: a context is for one.
    const contextOf = (): Context => {
      let session: ReturnType<Context['session']> | undefined
      return {
        ...nobody('bench', log),
        hasToken: true,
        session: () => {
          session ??= app.sessions.identify(token)
          return session
        },
      }
    }
    const { client } = app.redis
    const key = `${config.CACHE_PREFIX}:v:session:{${createHash('sha256').update(token).digest('hex')}}`
    const { open } = createProcedures(createMetrics({}), app.limits)
    const noopRouter = router({ noop: open.query(async () => ({ bytes: (await client.getBuffer(key))?.length })) })
    const noopCallerOf = createCallerFactory(noopRouter)
    const me = () => callerOf(contextOf()).session.me()
    const noop = () => noopCallerOf(nobody('bench', log)).noop()
    if (!(await noop()).bytes) throw new Error(`There is nothing at ${key}`)

    let loads = 0
    app.cache.events.on(({ type }) => {
      if (type === 'load') loads += 1
    })
    for (const call of [me, noop]) await cpuOf(call, calls / 4) // to warm up
    const before = await getsOf(client)
    loads = 0
    await cpuOf(me, calls / 4)
    const gets = ((await getsOf(client)) - before) / (calls / 4)
    const rounds: HotPath['rounds'] = []
    for (let round = 0; round < roundCount; round++) {
      rounds.push({ me: await cpuOf(me, calls), noop: await cpuOf(noop, calls) })
    }
    return { rounds, loads, gets }
  } finally {
    await server.stop()
    await app.close()
  }
}

/** CPU time of this process a call, ms. */
async function cpuOf(call: () => Promise<unknown>, calls: number): Promise<number> {
  const before = process.cpuUsage()
  let left = calls
  const worker = async () => {
    while (left-- > 0) await call()
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000 / calls
}

async function getsOf(client: { info(section: string): Promise<string> }): Promise<number> {
  return Number(/cmdstat_get:calls=(\d+)/.exec(await client.info('commandstats'))?.[1] ?? 0)
}
