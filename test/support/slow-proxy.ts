/** Stands before a server and is slow by a known amount: what measures it must come out with that. */
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** `delayOf` gives the ms by which the n-th answer is late. Gone when the current test ends. */
export async function startSlowProxy(target: string, delayOf: (n: number) => number): Promise<string> {
  let answers = 0
  const server = createServer((incoming, outgoing) => {
    const delay = delayOf(answers++)
    const options = { method: incoming.method, headers: incoming.headers }
    const forwarded = request(new URL(incoming.url ?? '/', target), options, (response) => {
      setTimeout(() => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers)
        response.pipe(outgoing)
      }, delay)
    })
    forwarded.on('error', () => outgoing.destroy())
    incoming.pipe(forwarded)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
