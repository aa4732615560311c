/** Structured logs, one JSON object a line, each line of a request with its id. */
import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import { type DestinationStream, type Logger, pino } from 'pino'
import { pinoHttp } from 'pino-http'

export type Log = Logger

/** Secrets that could end up in a logged object. */
const secrets = ['password', 'token', 'authorization', 'cookie', '*.password', '*.token', '*.authorization', '*.cookie']

/** Lines go to `to`, or to standard output. */
export function createLog(level: string, to?: DestinationStream): Log {
  const options = { level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime, redact: secrets }
  return to ? pino(options, to) : pino(options)
}

/** Gives each request an id (the caller's, if it is well-formed) and a logger, and logs what failed. */
export function requestLogging(log: Log): RequestHandler {
  return pinoHttp({
    logger: log,
    genReqId: (request, response) => {
      const given = request.headers['x-request-id']
      const id = typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : randomUUID()
      response.setHeader('X-Request-Id', id)
      return id
    },
    customLogLevel: (_request, response, error) => {
      if (error || response.statusCode >= 500) return 'error'
      return response.statusCode >= 400 ? 'info' : 'debug'
    },
    serializers: {
      req: ({ id, method, url }) => ({ id, method, path: String(url).split('?')[0] }),
      res: ({ statusCode }) => ({ statusCode }),
    },
  })
}
