/** tRPC over plain HTTP, as k6 needs it: each request is tagged with its procedure, so that URLs make no new series. */
import http, { type RefinedResponse } from 'k6/http'

export const baseUrl = __ENV.BASE_URL ?? 'http://127.0.0.1:3000'

export type Answer = RefinedResponse<'text'>

/** GET of a path outside tRPC. `name` stands for the path in the metrics. */
export function get(path: string, name: string, expectedStatus = 200): Answer {
  return http.get(`${baseUrl}${path}`, {
    responseType: 'text',
    responseCallback: http.expectedStatuses(expectedStatus),
    tags: { name },
  })
}

/** A query. `expectedStatus` is what counts as success in k6's http_req_failed. */
export function query(procedure: string, input: unknown, expectedStatus = 200): Answer {
  return get(`/trpc/${procedure}${inputOf(input)}`, procedure, expectedStatus)
}

/** Several queries in one request. The answer is a list of what each would have answered by itself. */
export function batch(calls: { procedure: string; input: unknown }[]): Answer {
  const path = calls.map(({ procedure }) => procedure).join(',')
  const inputs = Object.fromEntries(calls.map(({ input }, index) => [index, input]))
  return get(`/trpc/${path}?batch=1&input=${encodeURIComponent(JSON.stringify(inputs))}`, `batch ${path}`)
}

/** The JSON of an answer, or undefined when it has none: a check then fails, and the run goes on. */
export function json<T>(answer: Answer): T | undefined {
  try {
    return JSON.parse(answer.body) as T
  } catch {
    return undefined
  }
}

function inputOf(input: unknown): string {
  return input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`
}
