/** Structured logs, one JSON object a line, each line of a request with its id. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type DestinationStream, type Logger, pino } from 'pino'
import { type Handler, pathOf, targetOf } from './front.ts'

export type Log = Logger

/** What could end up in a logged object, up to two levels down, and is nobody's business. */
const names = ['password', 'newPassword', 'passwordHash', 'token', 'authorization', 'cookie', '["set-cookie"]', 'email']
const below = (path: string) => names.map((name) => (name.startsWith('[') ? path + name : `${path}.${name}`))
const secrets = [...names, ...below('*'), ...below('*.*')]

/** Lines go to `to`, or to standard output. */
export function createLog(level: string, to?: DestinationStream): Log {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: secrets,
    serializers: { err: errorOf },
  }
  return to ? pino(options, to) : pino(options)
}

/** An error's name, message, code and stack, those of its causes among them. Not all it has: Postgres' have values. */
function errorOf(error: unknown) {
  if (!(error instanceof Error)) return error
  const { type, message, stack } = pino.stdSerializers.err(error)
  const { code } = error as { code?: unknown }
  return { type, message, stack, code }
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
