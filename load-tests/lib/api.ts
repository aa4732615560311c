/** The shop as a scenario sees it: calls by procedure, checks, counters. How requests travel is the engine's matter. */
import type { Random } from '../../scripts/seed/random.ts'
import { type CacheStatus, cacheStatusOf } from './cache-status.ts'
import { sumOf } from './exposition.ts'
import type { CounterName, Procedure, RequestName, TimeName } from './names.ts'
import { batchUrl, bodyOf, type Element, mutationOf, parse, queryUrl, resultOf } from './trpc.ts'

export interface WireRequest {
  method: 'GET' | 'POST'
  url: string
  body?: string
  headers: Record<string, string>
  /** What its figures are kept under. */
  name: RequestName
}

export interface WireAnswer {
  /** 0: there was none. */
  status: number
  body: string
  cacheStatus?: string | undefined
  /** From when it was due until the end of the answer. */
  ms: number
}

/** What an engine provides. `send` never rejects. */
export interface Transport {
  send(request: WireRequest): Promise<WireAnswer>
  sleep(ms: number): Promise<void>
}

/** Where an engine keeps figures. */
export interface Recorder {
  request(name: RequestName, ms: number, failed: string | undefined, cacheStatus: CacheStatus): void
  check(name: string, passes: boolean): void
  count(name: CounterName, by: number): void
  time(name: TimeName, ms: number): void
}

export interface CallOptions {
  /** A token. */
  session?: string | undefined
  /** Reasons (`data.reason`) that are no failure. */
  expected?: readonly string[]
}

export interface Answer<T> {
  status: number
  /** undefined: there is none, for `reason`. */
  data: T | undefined
  reason: string | undefined
  cacheStatus: CacheStatus
  ms: number
}

/** Who runs an iteration. */
export interface Visitor {
  /** Counts from 0; measured ones and those of the warm-up each by themselves. */
  iteration: number
  /** Seconds since the measure began; negative in the warm-up. */
  elapsed: number
  warmUp: boolean
  /** What this visitor knows from earlier iterations. Others know other things. */
  memory: Map<string, unknown>
  random: Random
}

export type Api = ReturnType<typeof createApi>

export function createApi(transport: Transport, record: Recorder, baseUrls: readonly string[], first = 0) {
  let sent = first
  const base = () => baseUrls[sent++ % baseUrls.length] ?? ''

  async function send(request: WireRequest, failureOf: (answer: WireAnswer) => string | undefined) {
    const answer = await transport.send(request)
    const cacheStatus = cacheStatusOf(answer.cacheStatus)
    record.request(request.name, answer.ms, failureOf(answer), cacheStatus)
    return { ...answer, cacheStatus }
  }

  async function call<T>(request: WireRequest, { session, expected = [] }: CallOptions): Promise<Answer<T>> {
    if (session !== undefined) request.headers.authorization = `Bearer ${session}`
    const { status, body, cacheStatus, ms } = await send(request, ({ status, body }) => {
      const { reason } = resultOf(parse(body), status)
      return reason === undefined || expected.includes(reason) ? undefined : `${request.name}: ${reason} (${status})`
    })
    return { status, cacheStatus, ms, ...resultOf<T>(parse(body), status) }
  }

  return {
    query: <T>(procedure: Procedure, input?: unknown, options: CallOptions = {}) =>
      call<T>({ method: 'GET', url: queryUrl(base(), procedure, input), headers: {}, name: procedure }, options),

    mutate: <T>(procedure: Procedure, input?: unknown, options: CallOptions = {}) =>
      call<T>({ ...mutationOf(base(), procedure, input), name: procedure }, options),

    /** Several queries in one request: what each answered. A 207 is a failure, and so is an element that failed. */
    batch: async (calls: readonly { procedure: Procedure; input?: unknown }[]): Promise<(unknown | undefined)[]> => {
      const elementsOf = (body: string) => {
        const parsed = parse(body)
        return calls.map((_, index) => resultOf(Array.isArray(parsed) ? (parsed[index] as Element) : undefined, 0))
      }
      const { body } = await send(
        { method: 'GET', url: batchUrl(base(), calls), headers: {}, name: 'batch' },
        ({ status, body }) => {
          const reasons = elementsOf(body).flatMap(({ reason }) => reason ?? [])
          return status === 200 && reasons.length === 0
            ? undefined
            : `batch: ${reasons.join(', ') || status} (${status})`
        },
      )
      return elementsOf(body).map(({ data }) => data)
    },

    /** What is no procedure. Whatever is not a 200 is a failure. */
    get: async (path: string, name: RequestName): Promise<{ status: number; body: unknown }> => {
      const { status, body } = await send({ method: 'GET', url: base() + path, headers: {}, name }, ({ status }) =>
        status === 200 ? undefined : `${name}: ${status || 'no answer'}`,
      )
      return { status, body: bodyOf(body) }
    },

    /** The sum of metrics over all servers. Not counted as requests. */
    metrics: async (...wanted: [name: string, labels?: Record<string, string>][]): Promise<number[]> => {
      const texts = await Promise.all(
        baseUrls.map((url) => transport.send({ method: 'GET', url: `${url}/metrics`, headers: {}, name: '/metrics' })),
      )
      return wanted.map(([name, labels]) => texts.reduce((sum, { body }) => sum + sumOf(body, name, labels), 0))
    },

    check: (name: string, passes: boolean): boolean => {
      record.check(name, passes)
      return passes
    },
    count: (name: CounterName, by = 1): void => record.count(name, by),
    time: (name: TimeName, ms: number): void => record.time(name, ms),
    sleep: transport.sleep,
  }
}
