/** What every operation may answer beside its success: the one place that says so. */
import { TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { z } from 'zod'
import type { Operation } from './route.ts'
import type { JsonSchema } from './schemas.ts'

/** The body of every error. */
export const restError = z
  .object({
    error: z.object({
      code: z.string().describe("tRPC's name of the status"),
      reason: z.string().describe('Stable, for programs to act on'),
      message: z.string().describe('For people; may change'),
      requestId: z.string().describe('Leads to the log'),
      field: z.string().optional().describe("The input's field that is in the way"),
      retryAfterSeconds: z.int().optional().describe('With RATE_LIMITED: seconds to wait'),
      issues: z
        .array(z.object({ path: z.string(), message: z.string() }))
        .optional()
        .describe('Several fields, and what is wrong with each'),
      currentVersion: z.int().optional().describe('With VERSION_CONFLICT: the version there is now'),
    }),
  })
  .meta({ id: 'Error', description: 'What went wrong.' })

const error = (description: string, headers: string[] = []) => ({
  description,
  headers: Object.fromEntries(['X-Request-Id', ...headers].map((name) => [name, headerRef(name)])),
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
})

const headerRef = (name: string) => ({ $ref: `#/components/headers/${name}` })
const header = (description: string, schema: JsonSchema, example: unknown) => ({ description, schema, example })

export const headers = {
  'X-Request-Id': header(
    'Of this request; the one that was sent, if it is well-formed',
    { type: 'string' },
    'cart-17-1',
  ),
  'Retry-After': header('Seconds after which the same may be tried again', { type: 'integer', minimum: 0 }, 1),
  ETag: header('Of this answer: send it as If-None-Match', { type: 'string' }, 'W/"8d1-fQ"'),
}

export const parameters = {
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description: 'The ETag of an answer there is already: if it is still the same, it is not sent again.',
    schema: { type: 'string' },
  },
}

export const responses = {
  NotModified: { description: 'The answer is still the same', headers: { ETag: headerRef('ETag') } },
  Unauthorized: error('TOKEN_REQUIRED, TOKEN_INVALID'),
  Forbidden: error('ROLE_REQUIRED'),
  TooLarge: error('The body is too large: PAYLOAD_TOO_LARGE'),
  NotJson: error('The body is not said to be JSON: UNSUPPORTED_MEDIA_TYPE'),
  TooManyRequests: error('Too many requests: RATE_LIMITED', ['Retry-After']),
  Internal: error('A fault of ours, in the log under the request’s id: INTERNAL'),
  Busy: error('OVERLOADED: nothing has been done, try again in a moment', ['Retry-After']),
}

/** What takes an ETag, to be asked again cheaply: what is the same for everybody. */
export const conditional = ({ route, procedure }: Operation): boolean => route.method === 'get' && procedure.shared

interface Told {
  reason: string
  message: string
}

const anywhere: Told[] = [
  { reason: 'INVALID_INPUT', message: 'What is wrong, by field' },
  { reason: 'BAD_REQUEST', message: 'The request is malformed' },
]
const badToken: Told[] = [
  { reason: 'TOKEN_REQUIRED', message: 'This needs a token' },
  { reason: 'TOKEN_INVALID', message: 'The token is not valid' },
]

/** By status: what is common, and this operation's own reasons. */
export function errorResponses({ route, procedure }: Operation): Record<string, unknown> {
  const own = Map.groupBy(route.errors ?? [], ({ code, message }) =>
    getHTTPStatusCodeFromError(new TRPCError({ code, message })),
  )
  const shared = {
    ...(procedure.needs !== 'open' && { 401: ref('Unauthorized'), 403: ref('Forbidden') }),
    ...(route.method === 'post' && { 413: ref('TooLarge'), 415: ref('NotJson') }),
    429: ref('TooManyRequests'),
    500: ref('Internal'),
    503: ref('Busy'),
  }
  const common = new Map([
    [400, anywhere],
    ...(own.has(401) && procedure.needs !== 'open' ? [[401, badToken] as const] : []),
  ])
  const statuses = [...new Set([...common.keys(), ...own.keys()])]
  const named = statuses.map((status) => [
    status,
    withReasons([...(common.get(status) ?? []), ...(own.get(status) ?? [])]),
  ])
  return { ...shared, ...Object.fromEntries(named) }
}

const ref = (name: keyof typeof responses) => ({ $ref: `#/components/responses/${name}` })

function withReasons(all: Told[]) {
  const reasons = { enum: all.map(({ reason }) => reason) }
  const schema = {
    allOf: [{ $ref: '#/components/schemas/Error' }, { properties: { error: { properties: { reason: reasons } } } }],
  }
  const description = all.map(({ reason, message }) => `- \`${reason}\`: ${message}`).join('\n')
  return { ...error(description), content: { 'application/json': { schema } } }
}

/** Of a success. */
export const successHeaders = (operation: Operation) => ({
  'X-Request-Id': headerRef('X-Request-Id'),
  ...(conditional(operation) && { ETag: headerRef('ETag') }),
})

export const notModified = { $ref: '#/components/responses/NotModified' }
export const ifNoneMatch = { $ref: '#/components/parameters/IfNoneMatch' }
