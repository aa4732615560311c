/**
 * A TCP proxy between the application and Redis, to hurt the network with: cut, silent, slow, or to another server.
 * (toxiproxy does more; it is a Go program to be built first. This is all that is needed of it.)
 */
import { connect, createServer, type Socket } from 'node:net'

export interface Proxy {
  port: number
  /** Ends all connections, and takes no more until `heal`. */
  cut(): void
  /** Connections stay, and are taken; nothing goes through any more, either way. */
  silence(): void
  /** Each chunk takes so much longer, either way, ms. */
  slow(ms: number): void
  /** Everything goes through again. What was held back is lost with its connections, as in a network that forgot them. */
  heal(): void
  /** From now on another server: the connections to the one before end. */
  redirect(port: number): void
  close(): Promise<void>
}

export async function startProxy(target: number): Promise<Proxy> {
  let mode: 'through' | 'cut' | 'silent' = 'through'
  let delayMs = 0
  const sockets = new Set<Socket>()
  const endAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  const pass = (from: Socket, to: Socket) => {
    from.on('data', (chunk) => {
      if (mode === 'silent') return
      if (delayMs === 0) to.write(chunk)
      else setTimeout(() => to.destroyed || to.write(chunk), delayMs) // equal delays keep the order
    })
    from.on('error', () => {})
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
  }
  const server = createServer((client) => {
    if (mode === 'cut') return client.destroy()
    client.setNoDelay(true)
    sockets.add(client)
    if (mode === 'silent')
      return client
        .on('error', () => {})
        .on('close', () => sockets.delete(client))
        .resume()
    const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true })
    sockets.add(upstream)
    pass(client, upstream)
    pass(upstream, client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0

  return {
    port,
    cut: () => {
      mode = 'cut'
      endAll()
    },
    silence: () => {
      mode = 'silent'
    },
    slow: (ms) => {
      delayMs = ms
    },
    heal: () => {
      if (mode === 'silent') endAll()
      mode = 'through'
      delayMs = 0
    },
    redirect: (port) => {
      target = port
      endAll()
    },
    close: () => {
      endAll()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
