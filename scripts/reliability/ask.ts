/** One question or change to the shop, recorded: what got no answer, or an error, counts as failed. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, type Client, Unanswered } from '../fleet/client.ts'
import type { Recorder } from './recorder.ts'

export interface Asked<T> {
  data?: T
  /** The error's reason; undefined: nobody answered, or it went wrong inside: it may have happened, or still happen. */
  refused?: string
}

export type Ask = ReturnType<typeof createAsk>

/** ms. A person has gone by then. */
const patienceMs = 2_000
/** After a failure: it is not well, and a person would wait, too. */
const restMs = 20
const inside = new Set(['INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE', 'TIMEOUT'])

export function createAsk(client: Client, recorder: Recorder) {
  async function heard<T>(asking: Promise<Answer<T>>): Promise<Asked<T>> {
    try {
      const { result, error } = await asking
      if (result) return { data: result.data }
      if (error && !inside.has(error.data.code)) return { refused: error.data.reason }
      recorder.failed(error?.data.reason ?? 'no result')
    } catch (error) {
      if (!(error instanceof Unanswered || error instanceof SyntaxError)) throw error
      recorder.failed('no answer')
    }
    await delay(restMs)
    return {}
  }
  const call = (token: string | undefined) => ({ token, timeoutMs: patienceMs })
  return {
    query: <T>(base: string, procedure: string, input: unknown, token?: string) =>
      heard(client.query<T>(base, procedure, input, call(token))),
    mutate: <T>(base: string, procedure: string, input: unknown, token?: string) =>
      heard(client.mutate<T>(base, procedure, input, call(token))),
  }
}
