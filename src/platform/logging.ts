/** Structured logs, one JSON object a line, each line of a request with its id. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler } from 'express'
import { type DestinationStream, type Logger, pino } from 'pino'

export type Log = Logger

/** Secrets that could end up in a logged object. */
const secrets = ['password', 'token', 'authorization', 'cookie', '*.password', '*.token', '*.authorization', '*.cookie']

/** Lines go to `to`, or to standard output. */
export function createLog(level: string, to?: DestinationStream): Log {
  const options = { level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime, redact: secrets }
  return to ? pino(options, to) : pino(options)
}

declare module 'node:http' {
  interface IncomingMessage {
    id: string
    log: Log
  }
}

/** Gives each request an id (the caller's, if it is well-formed) and a logger, and logs what failed. */
export function requestLogging(log: Log): RequestHandler {
  const lent = new WeakSet<object>()
  return (request, response, next) => {
    const { request: prototype } = request.app as unknown as { request: object }
    if (!lent.has(prototype)) {
      lent.add(prototype)
      lendLog(prototype, log)
    }
    const given = request.headers['x-request-id']
    request.id = typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : randomUUID()
    response.setHeader('X-Request-Id', request.id)
    const since = performance.now()
    response.on('close', () => {
      const { statusCode, writableFinished } = response
      const level = levelOf(statusCode, writableFinished)
      if (!log.isLevelEnabled(level)) return
      const responseTime = Math.round(performance.now() - since)
      const message = writableFinished ? 'request completed' : 'request aborted'
      request.log[level]({ res: { statusCode }, responseTime }, message)
    })
    next()
  }
}

function levelOf(status: number, finished: boolean): 'error' | 'info' | 'debug' {
  if (status >= 500) return 'error'
  return status >= 400 || !finished ? 'info' : 'debug'
}

/** A request's logger is made when it is first asked for: it costs more than a near hit's lookup, and few log a line. */
function lendLog(prototype: object, log: Log): void {
  Object.defineProperty(prototype, 'log', {
    configurable: true,
    get(this: IncomingMessage) {
      const { id, method } = this
      const path = String((this as Request).originalUrl).split('?')[0]
      const value = log.child({ req: { id, method, path } })
      Object.defineProperty(this, 'log', { value })
      return value
    },
  })
}

/** `context` with the request's `log`, which is made when it is first asked for. */
export function withLogOf<Rest extends object>(request: Request, context: Rest): Rest & { log: Log } {
  const lent = Object.assign(context, { request })
  return Object.defineProperty(lent, 'log', logOfRequest) as typeof lent & { log: Log }
}

/** One getter for all: a new one for each context would give each a hidden class of its own, and the heap is full of them. */
const logOfRequest = {
  enumerable: true,
  get(this: { request: Request }) {
    return this.request.log
  },
}
