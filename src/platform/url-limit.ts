/** A bound on the URL, below that of all headers together: so it can be answered in our shape, with a request id. */
import { type Handler, targetOf } from './front.ts'
import { refuse } from './refuse.ts'

/** Room for a query of a hundred ids, and for 4 KiB of headers beside it. */
const longest = 12 * 1024

export const urlLimit: Handler = (request, response, next) => {
  if (targetOf(request).length <= longest) return next()
  refuse(request, response, 'PAYLOAD_TOO_LARGE', `The URL may have ${longest} characters at most`, 'URL_TOO_LONG', 414)
}
