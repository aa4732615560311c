/** Listening, and ending without losing a request. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

export interface RunningServer {
  port: number
  /** No new connections; answers what is under way, for `timeoutMs` at most. */
  drain(timeoutMs: number): Promise<void>
}

/** Listens on `port` (0: any free one). Rejects with a message for a person when that is impossible. */
export function listen(handler: RequestListener, port: number, host?: string): Promise<RunningServer> {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 }, handler)
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
