/** The same procedures behind the lean handler and behind tRPC's own adapter, in one server, to be compared. */
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { createExpressMiddleware } from '@trpc/server/adapters/express'
import express, { type RequestHandler } from 'express'
import { z } from 'zod'
import { sharedCacheControl } from '../../src/platform/answers/send.ts'
import { AppError } from '../../src/platform/errors.ts'
import { leanTrpc } from '../../src/platform/http/trpc.ts'
import { createLog, requestLogging } from '../../src/platform/logging.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { noRateLimits } from '../../src/platform/rate-limit.ts'
import { restErrors } from '../../src/platform/rest.ts'
import { listen } from '../../src/platform/server.ts'
import { type Context, createProcedures, errorHeaders, nobody, router, stockHeaders } from '../../src/platform/trpc.ts'
import { jsonOnly, maxBatch, strictPath, trpcLimits } from '../../src/platform/trpc-edge.ts'

export type OddRouter = ReturnType<typeof createOddRouter>

/** Procedures that answer, and fail, in all ways there are. `ran` gets the names of those that ran. */
function createOddRouter(ran: string[]) {
  const { open, staff } = createProcedures(createMetrics({ version: 'test' }), noRateLimits)
  const counted = open.use(({ path, next }) => {
    ran.push(path)
    return next()
  })
  const values = {
    nothing: undefined,
    null: null,
    zero: 0,
    empty: '',
    text: 'Grüße, 世界 \u2028 🏺',
    list: [1, null, 'a'],
    rows: Array.from({ length: 2_000 }, (_, index) => ({ index, name: `row ${index}` })),
  }
  const cycle: { self?: unknown } = {}
  cycle.self = cycle
  return router({
    echo: counted.input(z.unknown()).query(({ input }) => ({ input })),
    strict: counted.input(z.strictObject({ a: z.string(), n: z.int().optional() })).query(({ input }) => input),
    bare: counted.query(() => 'no input is looked at'),
    value: counted
      .input(z.enum(Object.keys(values) as (keyof typeof values)[]))
      .query(({ input }) => values[input] as unknown),
    wrongOutput: counted.output(z.string()).query(() => 1 as never),
    bigint: counted.query(() => ({ big: 1n })),
    cycle: counted.query(() => cycle),
    promised: counted.query(() => ({ later: Promise.resolve(1) })),
    generated: counted.query(async function* () {
      yield 1
      yield 2
    }),
    fails: counted
      .input(z.enum(['CONFLICT', 'SERVICE_UNAVAILABLE', 'TOO_MANY_REQUESTS', 'INTERNAL_SERVER_ERROR']))
      .query(({ input }) => {
        if (input === 'INTERNAL_SERVER_ERROR') throw new Error('the password is hunter2')
        throw new AppError(input, 'A_REASON', 'It is so', { field: 'a', currentVersion: 3 })
      }),
    throwsText: counted.query(() => {
      throw 'only a text'
    }),
    staffOnly: staff.query(() => 'for staff'),
    change: counted.input(z.object({ a: z.string() })).mutation(({ input }) => input),
    touch: counted.mutation(() => 'touched'),
    inner: router({ deep: counted.query(() => 'deep'), set: counted.mutation(() => 'set') }),
    ticks: open.subscription(async function* () {
      yield 'one'
      yield 'two'
    }),
  })
}

/** `/lean` and `/stock`; `/app` is both, as in app.ts. */
export async function startTwoWays() {
  const ran: string[] = []
  const log = createLog('silent')
  const appRouter = createOddRouter(ran)
  const createContext = async (request: IncomingMessage): Promise<Context> => {
    await Promise.resolve()
    if (request.headers['x-break'] === 'context') throw new AppError('UNAUTHORIZED', 'BROKEN', 'No context')
    return nobody(String(request.id), log)
  }
  const lean = leanTrpc({
    at: '',
    cacheControl: sharedCacheControl(0),
    router: appRouter,
    createContext,
    errorHeaders,
    ...trpcLimits,
  })
  const stock = [
    jsonOnly,
    maxBatch(trpcLimits.maxBatchSize),
    createExpressMiddleware({
      router: appRouter,
      createContext: ({ req }) => createContext(req),
      responseMeta: ({ errors }) => ({ headers: stockHeaders(errors) }),
      ...trpcLimits,
    }),
  ]
  let passedOn = 0
  const app = express().disable('etag')
  app.use(requestLogging(log))
  const count: RequestHandler = (_request, _response, next) => next(void passedOn++)
  app.use('/lean', lean, count, stock)
  app.use('/stock', stock)
  app.use('/app', lean, strictPath, stock)
  app.use(restErrors(log))
  const server = await listen(app, 0)
  return {
    port: server.port,
    base: `http://127.0.0.1:${server.port}`,
    ran,
    /** How many requests the lean handler has left to the adapter. */
    passedOn: () => passedOn,
    stop: () => server.drain(0),
  }
}

export interface Sent {
  method: string
  /** Behind the mount point, and as it is: nothing is encoded. */
  path: string
  headers?: Record<string, string>
  body?: string | Buffer
}

export interface Got {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** Sends it as it stands. */
export function send(port: number, { method, path, headers = {}, body }: Sent): Promise<Got> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, method, path, headers, host: '127.0.0.1' }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}
