/**
 * A client that wants to know: it asks again, elsewhere, until somebody answers. Now and then it gives up at once, as if
 * its network were bad, and asks again.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, type Client, Unanswered } from '../fleet/client.ts'
import type { Random } from '../seed/random.ts'

export interface Outcome<T> {
  data?: T
  /** Why not. */
  reason?: string
  /** An attempt before may have happened after all, or may still happen. */
  unsure: boolean
}

export interface Calls {
  mutate<T>(procedure: string, input: unknown): Promise<Outcome<T>>
  query<T>(procedure: string, input: unknown): Promise<Outcome<T>>
}

export interface Retries {
  unanswered: number
  overloaded: number
}

const mostAttempts = 1_000
const impatience = 0.01

export function createCalls(
  client: Client,
  { bases, token }: { bases: string[]; token: string },
  random: Random,
  retries: Retries,
): Calls {
  async function insist<T>(ask: (base: string, timeoutMs: number) => Promise<Answer<T>>): Promise<Outcome<T>> {
    let unsure = false
    const first = random.between(0, bases.length - 1)
    const patience = random.chance(impatience) ? random.between(1, 20) : 5_000
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      try {
        const base = bases[(first + attempt) % bases.length] ?? ''
        const { result, error } = await ask(base, attempt === 0 ? patience : 5_000)
        if (result) return { data: result.data, unsure }
        if (error?.data.code !== 'SERVICE_UNAVAILABLE') return { reason: error?.data.reason ?? 'NONE', unsure }
        retries.overloaded++
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error
        retries.unanswered++
      }
      unsure = true
      await delay(Math.min(attempt * 5, 100))
    }
    throw new Error(`Nobody answered in ${mostAttempts} attempts.`)
  }
  return {
    mutate: (procedure, input) =>
      insist((base, timeoutMs) => client.mutate(base, procedure, input, { token, timeoutMs })),
    query: (procedure, input) =>
      insist((base, timeoutMs) => client.query(base, procedure, input, { token, timeoutMs })),
  }
}
