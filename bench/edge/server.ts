/**
 * One contestant of `npm run bench:edge`, in a process of its own: says its port over IPC, and its CPU time when asked.
 * Its name is its argument, the databases are in the environment.
 */
import type { RequestListener } from 'node:http'
import { createExpressMiddleware } from '@trpc/server/adapters/express'
import express, { type Express } from 'express'
import { Redis } from 'ioredis'
import { createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { createContextOf } from '../../src/platform/context.ts'
import { inOrder } from '../../src/platform/front.ts'
import { leanTrpc } from '../../src/platform/http/trpc.ts'
import { createLog, requestLogging } from '../../src/platform/logging.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { failedBy } from '../../src/platform/refuse.ts'
import { sameSite } from '../../src/platform/same-site.ts'
import { securityHeaders } from '../../src/platform/security-headers.ts'
import { listen } from '../../src/platform/server.ts'
import { startTracing } from '../../src/platform/tracing/tracing.ts'
import { type Context, createProcedures, errorHeaders, nobody, router } from '../../src/platform/trpc.ts'
import { trpcLimits } from '../../src/platform/trpc-edge.ts'
import { urlLimit } from '../../src/platform/url-limit.ts'
import { type Contestant, slugs } from './contestants.ts'

const log = createLog('warn')
const config = loadConfig({ ...process.env, PORT: '0', WARM_PRODUCTS: '0' })
const contestant = process.argv[2] as Contestant
const redis = new Redis(config.REDIS_URL)
const app = createApp(config, log, { tracing: await startTracing(process.env) })

/** What bare Express answers: the very object that the application's procedure does. */
const createCaller = (context: Context) => app.router.createCaller(context)
const product = (slug: string) => createCaller(nobody('bench', log)).catalog.product.bySlug({ slug })

/** In Express as it comes. */
const bare: Record<string, () => Promise<Express>> = {
  'Express, an object': async () => {
    const objects = new Map(await Promise.all(slugs.map(async (slug) => [slug, await product(slug)] as const)))
    return express().get('/product/:slug', (request, response) => {
      response.json(objects.get(request.params.slug))
    })
  },
  'Express, Redis': async () => {
    for (const slug of slugs) await redis.set(`bench:${slug}`, JSON.stringify(await product(slug)))
    return express().get('/product/:slug', async (request, response) => {
      response.json(JSON.parse((await redis.get(`bench:${request.params.slug}`)) ?? 'null'))
    })
  },
  'tRPC as it comes, Redis': async () => {
    const adapter = createExpressMiddleware({
      router: app.router,
      createContext: ({ req }): Context => nobody(String(req.id), log),
    })
    return express().use(requestLogging(log)).use('/trpc', adapter)
  },
}

/** A procedure that asks Redis for `KEY`, and says how long it is: at the same edge as this project's. */
function noop(): RequestListener {
  const key = process.env.KEY ?? ''
  const { open } = createProcedures(createMetrics({}), app.limits)
  const procedures = router({ noop: open.query(async () => ({ bytes: (await redis.getBuffer(key))?.length ?? 0 })) })
  const identify = async () => null
  const createContext = createContextOf({ proxies: 0, cookie: config.SESSION_COOKIE, identify, log })
  const lean = leanTrpc({
    at: '/trpc',
    router: procedures,
    createContext,
    errorHeaders,
    cacheControl: '',
    ...trpcLimits,
  })
  const handlers = [securityHeaders, requestLogging(log), urlLimit, sameSite(config.SESSION_COOKIE), lean]
  return inOrder(handlers, (_request, response) => response.end(), failedBy(log))
}

const server = await app.start()
const create = contestant === 'no-op and GET' ? noop : bare[contestant]
const port = create ? (await listen(await create(), 0)).port : server.port
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuUs: user + system })
})
process.on('disconnect', () => process.exit())
process.send?.({ port })
