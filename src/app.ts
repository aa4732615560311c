/** The whole system, put together. Read from top to bottom. */
import { setTimeout as delay } from 'node:timers/promises'
import { createExpressMiddleware } from '@trpc/server/adapters/express'
import express, { type Request, type Response } from 'express'
import { createAdmin } from './admin/admin.ts'
import { createAnalytics, createViewCounting } from './analytics/analytics.ts'
import { createCache } from './cache/cache.ts'
import { systemClock } from './cache/clock.ts'
import { connectRedis } from './cache/connection.ts'
import { createSwitches } from './cache/switches.ts'
import { createCatalog } from './catalog/catalog.ts'
import type { Config } from './config.ts'
import { createInventory, createKeyChore, createReservationSweep } from './inventory/inventory.ts'
import type { Who } from './platform/access.ts'
import { observeCache, observeRedis } from './platform/cache-metrics.ts'
import { observeConsistency } from './platform/consistency-metrics.ts'
import { openDatabase } from './platform/db.ts'
import { createDatabaseClock } from './platform/db-clock.ts'
import { frontDoor } from './platform/front-door.ts'
import { healthRoutes } from './platform/health.ts'
import { exclusively } from './platform/lock.ts'
import { type Log, requestLogging } from './platform/logging.ts'
import { createMetrics } from './platform/metrics.ts'
import { createOutbox } from './platform/outbox.ts'
import { createRelay } from './platform/relay.ts'
import { notFound, restErrors } from './platform/rest.ts'
import { sameSite } from './platform/same-site.ts'
import { listen } from './platform/server.ts'
import { sessionCookie, tokenOf } from './platform/session-cookie.ts'
import { type Context, createCallerFactory, createProcedures, retryAfter, router } from './platform/trpc.ts'
import { jsonOnly, maxBatch } from './platform/trpc-edge.ts'
import { createWarming } from './platform/warming.ts'
import { createPricing, priceChore } from './pricing/pricing.ts'
import { createProfiles } from './profiles/profiles.ts'
import { createSessionChore, createSessions, type SessionDeps } from './sessions/sessions.ts'

export type AppRouter = ReturnType<typeof createApp>['router']
export type App = ReturnType<typeof createApp>

/** Any number that all processes agree on. */
const warmingLock = 7_242_000_040

/** What no environment variable changes: for tests. */
export type AppOptions = Pick<SessionDeps, 'passwordCost'>

export function createApp(config: Config, log: Log, options: AppOptions = {}) {
  const metrics = createMetrics({ version: config.VERSION, node: process.version, cache_mode: config.CACHE_MODE })

  const db = openDatabase(
    {
      url: config.DATABASE_URL,
      poolMax: config.DB_POOL_MAX,
      acquireTimeoutMs: config.DB_ACQUIRE_TIMEOUT_MS,
      statementTimeoutMs: config.DB_STATEMENT_TIMEOUT_MS,
    },
    metrics,
    log,
  )

  const redis = connectRedis({
    url: config.REDIS_URL,
    timeoutMs: config.REDIS_TIMEOUT_MS,
    onUp: () => log.info('redis is up'),
    onDown: (err) => log.error({ err }, 'redis is DOWN: reads go to Postgres'),
  })
  const switches = createSwitches(config.CACHE_MODE, config.CACHE_DISABLE)
  const cache = createCache({
    redis,
    switches,
    prefix: config.CACHE_PREFIX,
    sealKeys: config.CACHE_SEAL_KEY,
    samplesPerSecond: config.CONSISTENCY_SAMPLES_PER_SECOND,
  })
  observeCache(cache, metrics, log)
  observeConsistency(cache, metrics, log)
  observeRedis(redis.usage, metrics)

  // What changed in Postgres, and who follows it.
  const clock = createDatabaseClock(db, systemClock)
  const views = createViewCounting({ db, clock, metrics, log })
  const sweep = createReservationSweep(metrics)
  const outbox = createOutbox(db, { follows: switches.on('invalidation'), log })
  const relay = createRelay({
    databaseUrl: config.DATABASE_URL,
    outbox,
    chores: [priceChore, views.chore, sweep.chore, createKeyChore(clock.now), createSessionChore(clock.now)],
    metrics,
    log,
  })

  const procedures = createProcedures(metrics)
  const catalog = createCatalog({ db, cache, outbox, clock, procedures, onView: views.count })
  const pricing = createPricing({ db, cache, outbox, clock, procedures })
  const inventory = createInventory({ db, cache, outbox, procedures, count: sweep.count, log })
  const profiles = createProfiles({ db, cache, outbox, procedures, log })
  const analytics = createAnalytics({ db, cache, switches, procedures, productsBySlugs: catalog.productsBySlugs })
  const sessions = createSessions({ db, cache, switches, outbox, clock, procedures, metrics, log, ...options })
  const warming = createWarming({
    events: cache.events,
    isUp: redis.isUp,
    exclusively: (work) => exclusively(db, warmingLock, work),
    warm: (signal) => catalog.warm({ products: config.WARM_PRODUCTS, popular: views.popular, signal, log }),
    log,
  })

  const warms = config.WARM_PRODUCTS > 0 && switches.on('warming')
  const admin = createAdmin({ cache, procedures, warm: warms ? warming.again : undefined })

  const appRouter = router({
    catalog: catalog.router,
    pricing: pricing.router,
    inventory: inventory.router,
    session: sessions.router,
    user: sessions.userRouter,
    profile: profiles.router,
    analytics: analytics.router,
    cache: admin.router,
  })
  const createCaller = createCallerFactory(appRouter)
  const contextOf = (request: Request, response: Response): Context => {
    const { sent, token } = tokenOf(request, config.SESSION_COOKIE)
    let session: Promise<Who | null> | undefined
    return {
      requestId: String(request.id),
      log: request.log,
      address: request.ip ?? '',
      userAgent: (request.headers['user-agent'] ?? '').slice(0, 200),
      hasToken: sent,
      session: () => {
        session ??= token === undefined ? Promise.resolve(null) : sessions.identify(token)
        return session
      },
      cookie: sessionCookie(response, config.SESSION_COOKIE),
    }
  }

  let draining = false
  const app = express()
  app.disable('x-powered-by')
  app.use(
    healthRoutes({
      database: () => db.ping(1_000),
      redis: redis.usage,
      draining: () => draining,
    }),
  )
  app.get('/metrics', async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.text())
  })
  app.get('/', frontDoor(config.VERSION))
  app.use(requestLogging(log))
  app.use(sameSite(config.SESSION_COOKIE))
  app.use(
    '/trpc',
    jsonOnly,
    maxBatch(20),
    createExpressMiddleware({
      router: appRouter,
      createContext: ({ req, res }) => contextOf(req, res),
      maxBodySize: 1024 * 1024,
      maxBatchSize: 20,
      responseMeta: ({ errors }) =>
        errors.some(({ code }) => code === 'SERVICE_UNAVAILABLE') ? { headers: { 'Retry-After': retryAfter } } : {},
    }),
  )
  app.use(
    '/api',
    catalog.routes((request, response) => createCaller(contextOf(request, response)).catalog),
  )
  app.use(
    '/api',
    inventory.routes((request, response) => createCaller(contextOf(request, response)).inventory),
  )
  app.use(
    '/api',
    profiles.routes((request, response) => createCaller(contextOf(request, response)).profile),
  )
  app.use(
    '/api',
    inventory.reservationRoutes(
      (request, response) => createCaller(contextOf(request, response)).inventory.reservation,
    ),
  )
  app.use(
    '/api',
    sessions.routes((request, response) => createCaller(contextOf(request, response)).session),
  )
  app.use(notFound)
  app.use(restErrors)

  return {
    router: appRouter,
    catalog,
    inventory,
    outbox,
    redis,
    cache,
    db,
    views,
    analytics,
    sessions,
    /** Begins to serve; the cache gets a second to be there, Postgres is a matter of /readyz. */
    start: async () => {
      await redis.waitUntilUp(1_000)
      if (redis.isUp()) await cache.start()
      await clock.sync()
      relay.start()
      const server = await listen(app, config.PORT, config.HOST)
      views.start()
      sessions.seen.start()
      analytics.keepWarm.start()
      if (warms) warming.start()
      return {
        port: server.port,
        /** Readiness fails first, then requests under way are answered, then connections are closed. */
        stop: async () => {
          draining = true
          await delay(config.DRAIN_DELAY_MS) // whoever sends traffic here is to see it, and look elsewhere
          await server.drain(config.DRAIN_TIMEOUT_MS)
        },
      }
    },
    close: async () => {
      await Promise.all([warming.stop(), analytics.keepWarm.stop(), relay.stop()])
      await Promise.all([views.stop(), sessions.seen.stop()]) // after the last request
      clock.close()
      await cache.close()
      await redis.close()
      await db.close()
    },
  }
}
