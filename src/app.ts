/** The whole system, put together. Read from top to bottom. */
import { setTimeout as delay } from 'node:timers/promises'
import { createExpressMiddleware } from '@trpc/server/adapters/express'
import express from 'express'
import { createAdmin } from './admin/admin.ts'
import { createAnalytics, createViewCounting } from './analytics/analytics.ts'
import { createCache } from './cache/cache.ts'
import { systemClock } from './cache/clock.ts'
import { connectRedis } from './cache/redis/connection.ts'
import { createSwitches } from './cache/switches.ts'
import { createCatalog } from './catalog/catalog.ts'
import type { Config } from './config.ts'
import { createInventory, createKeyChore, createReservationSweep } from './inventory/inventory.ts'
import { sharedCacheControl } from './platform/answers/send.ts'
import { observeCache } from './platform/cache-metrics.ts'
import { observeConsistency } from './platform/consistency-metrics.ts'
import { createContextOf } from './platform/context.ts'
import { openDatabase } from './platform/db.ts'
import { createDatabaseClock } from './platform/db-clock.ts'
import { inOrder } from './platform/front.ts'
import { frontDoor } from './platform/front-door.ts'
import { healthRoutes } from './platform/health.ts'
import { leanTrpc } from './platform/http/trpc.ts'
import { exclusively } from './platform/lock.ts'
import { type Log, requestLogging } from './platform/logging.ts'
import { createMetrics } from './platform/metrics.ts'
import { createOutbox } from './platform/outbox.ts'
import { observeOutbox } from './platform/outbox-metrics.ts'
import { createOverloadGuard } from './platform/overload.ts'
import { createRateLimits, noRateLimits } from './platform/rate-limit.ts'
import { observeRedis } from './platform/redis-metrics.ts'
import { failedBy } from './platform/refuse.ts'
import { createRelay } from './platform/relay.ts'
import { apiDocs } from './platform/rest/docs.ts'
import { openApi } from './platform/rest/document.ts'
import { restRoutes } from './platform/rest/mount.ts'
import { operationsOf } from './platform/rest/route.ts'
import { notFound, restErrors } from './platform/rest.ts'
import { sameSite } from './platform/same-site.ts'
import { securityHeaders } from './platform/security-headers.ts'
import { listen } from './platform/server.ts'
import { traceCache } from './platform/tracing/cache.ts'
import { traceDatabase } from './platform/tracing/database.ts'
import type { Tracing } from './platform/tracing/trace.ts'
import { createCallerFactory, createProcedures, errorHeaders, router, stockHeaders } from './platform/trpc.ts'
import { jsonOnly, knownMethods, maxBatch, strictPath, trpcLimits } from './platform/trpc-edge.ts'
import { urlLimit } from './platform/url-limit.ts'
import { createWarming } from './platform/warming.ts'
import { createPricing, priceChore } from './pricing/pricing.ts'
import { createProfiles } from './profiles/profiles.ts'
import { createSessionChore, createSessions, type SessionDeps } from './sessions/sessions.ts'

export type AppRouter = ReturnType<typeof createApp>['router']
export type App = ReturnType<typeof createApp>

/** Any number that all processes agree on. */
const warmingLock = 7_242_000_040

/** What no variable of the configuration changes. */
export interface AppOptions extends Pick<SessionDeps, 'passwordCost'> {
  tracing?: Tracing | undefined
}

export function createApp(config: Config, log: Log, { tracing, ...options }: AppOptions = {}) {
  const metrics = createMetrics({ version: config.VERSION, node: process.version, cache_mode: config.CACHE_MODE })

  const opened = openDatabase(
    {
      url: config.DATABASE_URL,
      poolMax: config.DB_POOL_MAX,
      acquireTimeoutMs: config.DB_ACQUIRE_TIMEOUT_MS,
      statementTimeoutMs: config.DB_STATEMENT_TIMEOUT_MS,
    },
    metrics,
    log,
  )
  const db = tracing ? traceDatabase(opened, tracing) : opened

  const redis = connectRedis({
    url: config.REDIS_URL,
    timeoutMs: config.REDIS_TIMEOUT_MS,
    onUp: () => log.info('redis is up'),
    onDown: (err) => log.error({ err }, 'redis is DOWN: reads go to Postgres'),
  })
  const switches = createSwitches(config.CACHE_MODE, config.CACHE_DISABLE)
  const engine = createCache({
    redis,
    switches,
    prefix: config.CACHE_PREFIX,
    sealKeys: config.CACHE_SEAL_KEY,
    samplesPerSecond: config.CONSISTENCY_SAMPLES_PER_SECOND,
  })
  const cache = tracing ? traceCache(engine, tracing) : engine
  const exposeCaches = observeCache(cache, metrics, log)
  observeConsistency(cache, metrics, log)
  observeRedis(redis.usage, metrics)

  // What changed in Postgres, and who follows it.
  const clock = createDatabaseClock(db, systemClock)
  const views = createViewCounting({ db, clock, metrics, log })
  const sweep = createReservationSweep(metrics)
  const outbox = createOutbox(db, { follows: switches.isOn('invalidation'), log })
  observeOutbox(db, metrics)
  const relay = createRelay({
    databaseUrl: config.DATABASE_URL,
    outbox,
    chores: [priceChore, views.chore, sweep.chore, createKeyChore(clock.now), createSessionChore(clock.now)],
    metrics,
    log,
  })

  const [secret] = config.CACHE_SEAL_KEY
  const limits =
    config.RATE_LIMITS === 'off'
      ? noRateLimits
      : createRateLimits({
          redis: redis.connectMore('limits'),
          prefix: config.CACHE_PREFIX,
          secret,
          reads: config.RATE_LIMIT_READS,
          writes: config.RATE_LIMIT_WRITES,
          registrations: config.RATE_LIMIT_REGISTRATIONS,
          logins: config.RATE_LIMIT_LOGINS,
          metrics,
          log,
        })
  const procedures = createProcedures(metrics, limits, tracing?.span)
  const catalog = createCatalog({ db, cache, outbox, clock, procedures, onView: views.count })
  const pricing = createPricing({ db, cache, outbox, clock, procedures })
  const inventory = createInventory({ db, cache, outbox, procedures, count: sweep.count, log })
  const profiles = createProfiles({ db, cache, outbox, procedures, log })
  const analytics = createAnalytics({ db, cache, switches, procedures, productsBySlugs: catalog.productsBySlugs })
  const sessions = createSessions({
    ...{ db, cache, switches, outbox, clock, procedures, metrics, log, limits, secret },
    ...options,
  })
  const warming = createWarming({
    events: cache.events,
    isUp: redis.isUp,
    exclusively: (work) => exclusively(db, warmingLock, work),
    warm: (signal) => catalog.warm({ products: config.WARM_PRODUCTS, popular: views.popular, signal, log }),
    log,
  })

  const warms = config.WARM_PRODUCTS > 0 && switches.isOn('warming')
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
  procedures.expose(appRouter)
  exposeCaches()
  const createCaller = createCallerFactory(appRouter)
  const tables = {
    catalog: catalog.rest,
    pricing: pricing.rest,
    inventory: inventory.rest,
    profile: profiles.rest,
    analytics: analytics.rest,
    session: sessions.rest,
  }
  const operations = operationsOf(appRouter, tables)
  const contextOf = createContextOf({
    proxies: config.TRUST_PROXY,
    cookie: config.SESSION_COOKIE,
    identify: sessions.identify,
    log,
  })

  let draining = false
  const health = healthRoutes({
    database: () => db.ping(1_000),
    redis: redis.usage,
    draining: () => draining,
    metrics,
  })
  const overload = createOverloadGuard({
    maxInFlight: config.MAX_IN_FLIGHT,
    maxEventLoopDelayMs: config.MAX_EVENT_LOOP_DELAY_MS,
    metrics,
  })
  const cacheControl = sharedCacheControl(config.HTTP_MAX_AGE)
  const procedureCalls = { router: appRouter, ...trpcLimits }

  // Behind the front: what the lean handler leaves, and all else.
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag') // an answer that may be kept gets its own
  app.get('/', frontDoor(config.VERSION))
  app.use(
    '/trpc',
    knownMethods,
    strictPath,
    jsonOnly,
    maxBatch(trpcLimits.maxBatchSize),
    createExpressMiddleware({
      ...procedureCalls,
      createContext: ({ req, res }) => contextOf(req, res),
      responseMeta: ({ errors }) => ({ headers: stockHeaders(errors) }),
    }),
  )
  app.use(
    '/api',
    restRoutes(operations, (request, response) => createCaller(contextOf(request, response)), cacheControl),
  )
  app.use(apiDocs(() => openApi({ operations, tables, version: config.VERSION })))
  app.use(notFound)
  app.use(restErrors(log))

  const serve = inOrder(
    [
      ...(tracing ? [tracing.handler] : []),
      securityHeaders,
      health,
      overload.guard,
      requestLogging(log),
      urlLimit,
      sameSite(config.SESSION_COOKIE),
      leanTrpc({ ...procedureCalls, at: '/trpc', createContext: contextOf, errorHeaders, cacheControl }),
    ],
    app,
    failedBy(log),
  )

  return {
    router: appRouter,
    operations,
    http: app,
    catalog,
    inventory,
    outbox,
    redis,
    cache,
    limits,
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
      const server = await listen(serve, config.PORT, config.HOST, { maxConnections: config.MAX_CONNECTIONS })
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
      await Promise.all([views.stop(), sessions.seen.stop(), sessions.close()]) // after the last request
      clock.close()
      overload.close()
      await cache.close()
      await redis.close()
      await db.close()
    },
  }
}
