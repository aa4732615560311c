/**
 * A TCP proxy between the application and Redis, to hurt the network with: cut, silent, slow, or to another server.
 * (toxiproxy does more; it is a Go program to be built first. This is all that is needed of it.)
 */
import { connect, createServer, type Socket } from 'node:net'

export interface Line {
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

export async function startLine(firstTarget: number): Promise<Line> {
  let target = firstTarget
  let mode: 'through' | 'cut' | 'silent' = 'through'
  let delayMs = 0
  const sockets = new Set<Socket>()
  const endAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  const pass = (from: Socket, to: Socket) => {
    // In order, whatever becomes of the delay meanwhile: TCP never lets one byte overtake another.
    const waiting: { due: number; chunk: Buffer }[] = []
    const drain = () => {
      while (waiting[0] && waiting[0].due <= performance.now()) to.write((waiting.shift() as { chunk: Buffer }).chunk)
      if (waiting[0]) setTimeout(drain, Math.max(1, waiting[0].due - performance.now()))
    }
    from.on('data', (chunk: Buffer) => {
      if (mode === 'silent') return
      waiting.push({ due: performance.now() + delayMs, chunk })
      if (waiting.length === 1) drain()
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
    redirect: (next) => {
      target = next
      endAll()
    },
    close: () => {
      endAll()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
