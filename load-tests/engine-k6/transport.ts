/** Requests by k6. */
import http from 'k6/http'
import type { Transport } from '../lib/api.ts'

/** What counts as a failure is decided by the answer's content; k6's own http_req_failed counts what is not a status at all. */
const anyStatus = http.expectedStatuses({ min: 200, max: 599 })

export const transport: Transport = {
  send: async ({ method, url, body, headers, name }) => {
    const answer = await http.asyncRequest(method, url, body ?? null, {
      headers,
      tags: { name },
      responseType: 'text',
      responseCallback: anyStatus,
      // A session is sent as a token. Cookies would let one customer's login end the one before.
      jar: new http.CookieJar(),
      timeout: '30s',
    })
    const { blocked, connecting, tls_handshaking, duration } = answer.timings
    return {
      status: answer.status,
      body: typeof answer.body === 'string' ? answer.body : '',
      cacheStatus: answer.headers['Cache-Status'],
      ms: blocked + connecting + tls_handshaking + duration,
    }
  },
  sleep: (ms) =>
    new Promise((resolve) => {
      setTimeout(() => resolve(), ms)
    }),
}
