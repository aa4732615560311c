/**
 * The target of a request in origin form. A client may name the whole URL (RFC 9112, 3.2.2: servers must take it);
 * Express hands what does not begin with a slash to `url.parse`, which takes what is no URL for one.
 */
import type { RequestListener } from 'node:http'

/** `handler`, with `request.url` always a path. A target that is none, and no http URL, is answered with 400. */
export function withOriginForm(handler: RequestListener): RequestListener {
  return (request, response) => {
    if (request.url?.startsWith('/')) return handler(request, response)
    const url = URL.parse(request.url ?? '')
    if (url?.protocol === 'http:' || url?.protocol === 'https:') {
      request.url = url.pathname + url.search
      return handler(request, response)
    }
    const error = { code: 'BAD_REQUEST', message: 'The target is neither a path nor a URL', reason: 'BAD_REQUEST' }
    response.writeHead(400, { 'Content-Type': 'application/json', Connection: 'close' })
    response.end(JSON.stringify({ error }))
  }
}
