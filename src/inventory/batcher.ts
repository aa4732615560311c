/**
 * Micro-batching: what many ask for at the same time goes to Postgres together. Adaptive, without a timer: while
 * nothing is in flight a request leaves at once, alone; what comes meanwhile is collected, and leaves together when the
 * answer is there. So the busier, the larger the batches; when it is calm nobody waits. Beyond its bounds it refuses.
 */
import { setImmediate as turn } from 'node:timers/promises'

export interface BatcherOptions<Request, Answer> {
  /** Answers in the order of the requests; gets as many as `mostRequests` and `mostWeight` allow, but one at least. */
  run(requests: readonly Request[]): Promise<readonly Answer[]>
  weight?: (request: Request) => number
  mostRequests: number
  mostWeight?: number
  /** Batches in flight at once. */
  mostInFlight: number
  /** Requests waiting: more are refused. */
  mostQueued: number
  /** How long a request waits to leave, ms; then it is refused, and nothing has happened. */
  deadlineMs: number
  /** What those who are refused are told. */
  overloaded(): Error
}

export interface Batcher<Request, Answer> {
  /** Rejects with `overloaded`, having done nothing, or with what `run` rejects with. */
  submit(request: Request): Promise<Answer>
  /** Requests that wait to leave. */
  queued(): number
}

interface Waiting<Request, Answer> {
  request: Request
  until: number
  resolve(answer: Answer): void
  reject(error: unknown): void
}

export function createBatcher<Request, Answer>(options: BatcherOptions<Request, Answer>): Batcher<Request, Answer> {
  const { run, weight = () => 1, mostRequests, mostWeight = Number.POSITIVE_INFINITY } = options
  const { mostInFlight, mostQueued, deadlineMs, overloaded } = options
  let queue: Waiting<Request, Answer>[] = []
  let inFlight = 0
  let timer: NodeJS.Timeout | undefined

  /** All wait equally long, so those whose time is up are the first. */
  const refuseLate = () => {
    timer = undefined
    const now = performance.now()
    const inTime = queue.findIndex(({ until }) => until > now)
    const late = inTime === -1 ? queue : queue.slice(0, inTime)
    queue = queue.slice(late.length)
    for (const { reject } of late) reject(overloaded())
    watch()
  }
  const watch = () => {
    const [first] = queue
    if (!first || timer) return
    timer = setTimeout(refuseLate, Math.max(1, first.until - performance.now()))
    timer.unref()
  }

  const take = () => {
    let sum = 0
    let count = 0
    for (const { request } of queue) {
      sum += weight(request)
      if (count === mostRequests || (count > 0 && sum > mostWeight)) break
      count += 1
    }
    const batch = queue.slice(0, count)
    queue = queue.slice(count)
    return batch
  }

  const depart = async () => {
    inFlight += 1
    while (queue.length > 0) {
      const batch = take()
      try {
        const answers = await run(batch.map(({ request }) => request))
        for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer)
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
      await turn() // whoever was answered may ask again: else a full batch would follow a nearly empty one, for ever
    }
    inFlight -= 1
  }

  return {
    submit: (request) => {
      if (queue.length >= mostQueued) return Promise.reject(overloaded())
      const { promise, resolve, reject } = Promise.withResolvers<Answer>()
      queue.push({ request, until: performance.now() + deadlineMs, resolve, reject })
      if (inFlight < mostInFlight) void depart()
      else watch()
      return promise
    },
    queued: () => queue.length,
  }
}
