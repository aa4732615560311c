/** Requests by undici, over kept-alive connections. */
import { setTimeout as delay } from 'node:timers/promises'
import { Agent } from 'undici'
import type { Transport } from '../lib/api.ts'

/** A connection for each visitor, so that none waits for another's. */
export function createSender(connections: number, timeoutMs = 30_000) {
  const agent = new Agent({ connections, pipelining: 1, headersTimeout: timeoutMs, bodyTimeout: timeoutMs })

  /**
   * `due`: when the first request should have been sent, by performance.now(); each later one counts from its sending.
   * So does the first if a timer fired a little early, as Node's do, which know whole milliseconds only.
   */
  function transport(due?: number): Transport {
    let from = due
    return {
      send: async ({ method, url, headers, body }) => {
        const began = Math.min(from ?? Number.POSITIVE_INFINITY, performance.now())
        from = undefined
        const { origin, pathname, search } = new URL(url)
        try {
          const answer = await agent.request({ origin, path: pathname + search, method, headers, body: body ?? null })
          const text = await answer.body.text()
          const cacheStatus = answer.headers['cache-status']
          return {
            status: answer.statusCode,
            body: text,
            cacheStatus: Array.isArray(cacheStatus) ? cacheStatus.join(', ') : cacheStatus,
            ms: performance.now() - began,
          }
        } catch {
          return { status: 0, body: '', ms: performance.now() - began }
        }
      },
      sleep: (ms) => delay(ms),
    }
  }

  return { transport, close: () => agent.destroy() }
}
