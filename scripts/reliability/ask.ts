/** One call to the application, recorded. No answer, or an answer that is the application's fault, counts as failed. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, type Client, Unanswered } from '../fleet/client.ts'
import type { Recorder } from './recorder.ts'

export interface Asked<T> {
  data?: T
  /** The reason of an error that the caller can do something about. */
  refused?: string
  // Neither: no answer, or a failure inside. A change may have happened, or may still happen.
}

export type Ask = ReturnType<typeof createAsk>

/** How long a person would wait, ms; where passwords are hashed, by threads of low priority, it may take long. */
const patienceMs = 2_000
const hashingPatienceMs = 8_000
const hashing = new Set(['session.register', 'session.login', 'session.changePassword'])
/** Pause after a failure, ms: a person would not ask again at once. */
const restMs = 20
const inside = new Set(['INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE', 'TIMEOUT'])

export function createAsk(client: Client, recorder: Recorder) {
  async function recorded<T>(procedure: string, asking: Promise<Answer<T>>): Promise<Asked<T>> {
    try {
      const { result, error } = await asking
      if (result) {
        recorder.answered(procedure)
        return { data: result.data }
      }
      if (error && !inside.has(error.data.code)) return { refused: error.data.reason }
      recorder.failed(error?.data.reason ?? 'no result', procedure)
    } catch (error) {
      if (!(error instanceof Unanswered || error instanceof SyntaxError)) throw error
      recorder.failed('no answer', procedure)
    }
    await delay(restMs)
    return {}
  }
  const call = (procedure: string, token: string | undefined) => {
    return { token, timeoutMs: hashing.has(procedure) ? hashingPatienceMs : patienceMs }
  }
  return {
    query: <T>(base: string, procedure: string, input: unknown, token?: string) =>
      recorded(procedure, client.query<T>(base, procedure, input, call(procedure, token))),
    mutate: <T>(base: string, procedure: string, input: unknown, token?: string) =>
      recorded(procedure, client.mutate<T>(base, procedure, input, call(procedure, token))),
  }
}
