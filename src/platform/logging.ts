/** Structured logs, one JSON object a line, each line of a request with its id. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type DestinationStream, type Logger, pino } from 'pino'
import { type Handler, pathOf, targetOf } from './front.ts'

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
  }
}

/** Gives each request an id (the caller's, if it is well-formed), and logs what failed. */
export function requestLogging(log: Log): Handler {
  return (request, response, next) => {
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
      logOf(request, log)[level]({ res: { statusCode }, responseTime }, message)
    })
    next()
  }
}

function levelOf(status: number, finished: boolean): 'error' | 'info' | 'debug' {
  if (status >= 500) return 'error'
  return status >= 400 || !finished ? 'info' : 'debug'
}

/** A logger for the request: what it writes has its id. To be made only when there is something to write. */
export function logOf(request: IncomingMessage, log: Log): Log {
  const { id, method } = request
  return log.child({ req: { id, method, path: pathOf(targetOf(request)) } })
}
