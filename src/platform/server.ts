/** Listening within limits, and ending without losing a request. */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { withOriginForm } from './request-target.ts'

export interface RunningServer {
  port: number
  /** No new connections; answers what is under way, for `timeoutMs` at most. */
  drain(timeoutMs: number): Promise<void>
}

export interface ServerLimits {
  /** Open at once; more are closed at once. */
  maxConnections?: number
  /** To send all headers, from the connection's or the last answer's moment on. */
  headersTimeoutMs?: number
  /** To send the whole request. */
  requestTimeoutMs?: number
  /** Without a byte either way: a reader who does not read. */
  idleTimeoutMs?: number
  /** More than the load balancer's: it must be the one who closes. */
  keepAliveTimeoutMs?: number
  /** After so many requests a connection is closed: those of a client spread again over the processes. */
  maxRequestsPerSocket?: number
  /** Request line and headers together, in bytes. */
  maxHeaderBytes?: number
}

/** Listens on `port` (0: any free one). Rejects with a message for a person when that is impossible. */
export function listen(
  handler: RequestListener,
  port: number,
  host?: string,
  limits: ServerLimits = {},
): Promise<RunningServer> {
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 30_000 } = limits
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(headersTimeoutMs, requestTimeoutMs, 5_000),
      keepAliveTimeout: limits.keepAliveTimeoutMs ?? 65_000,
      maxHeaderSize: limits.maxHeaderBytes ?? 16 * 1024,
    },
    closingAfter(limits.maxRequestsPerSocket ?? 100_000, withOriginForm(handler)),
  )
  server.timeout = limits.idleTimeoutMs ?? 120_000
  server.maxConnections = limits.maxConnections ?? 10_000
  server.maxHeadersCount = 100
  server.on('clientError', refuseMalformed)
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, port, host)))
    server.listen(port, host, () => {
      const address = server.address()
      resolve({
        port: typeof address === 'object' && address ? address.port : port,
        drain: (timeoutMs) => drain(server, timeoutMs),
      })
    })
  })
}

/**
 * Node's own maxRequestsPerSocket announces that it closes the connection, and does not; what comes all the same gets a
 * 503 that nobody meant.
 */
function closingAfter(requests: number, handler: RequestListener): RequestListener {
  const counted = Symbol('requests')
  return (request, response) => {
    const socket: Socket & { [counted]?: number } = request.socket
    const count = (socket[counted] ?? 0) + 1
    if (count > requests) return // it was pipelined behind the last one, whose answer closes the connection
    socket[counted] = count
    if (count === requests) response.setHeader('Connection', 'close')
    return handler(request, response)
  }
}

const refusals: Record<string, [status: string, code: string, message: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'HEADERS_TOO_LARGE', 'The headers are too large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Payload Too Large', 'PAYLOAD_TOO_LARGE', 'The body is too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'TIMEOUT', 'The request did not come in time'],
}
const malformed = ['400 Bad Request', 'BAD_REQUEST', 'The request is malformed'] as const

/** What is no HTTP never becomes a request: it is answered on the bare connection, which ends with it. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  // An answer that has begun would be torn by a second one.
  const answering = (socket as Socket & { _httpMessage?: { headersSent: boolean } })._httpMessage?.headersSent
  if (error.code === 'ECONNRESET' || !socket.writable || answering) return void socket.destroy()
  const [status, code, message] = refusals[error.code ?? ''] ?? malformed
  const body = JSON.stringify({ error: { code, message, reason: code } })
  const headers = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close`
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\nX-Content-Type-Options: nosniff\r\n\r\n${body}`)
  // Whoever goes on sending would keep it open.
  socket.setTimeout(1_000, () => socket.destroy())
}

async function drain(server: Server, timeoutMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // A kept-alive connection becomes idle when its request is answered; nothing closes it then but us.
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  const deadline = new AbortController()
  await Promise.race([closed, delay(timeoutMs, undefined, { signal: deadline.signal }).catch(() => {})])
  deadline.abort()
  clearInterval(sweep)
  server.closeAllConnections()
}

function explain(error: NodeJS.ErrnoException, port: number, host?: string): Error {
  if (error.code === 'EADDRINUSE') {
    return new Error(`Port ${port} is in use. Stop what listens there, or set PORT to another one.`, { cause: error })
  }
  if (error.code === 'EACCES')
    return new Error(`This account may not listen on port ${port}. Set PORT to one above 1023.`)
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new Error(`HOST: ${host} is no address of this machine (${error.code}).`, { cause: error })
  return error
}
