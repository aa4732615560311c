/** Guests come back with the token they were given; half-way through, Redis loses all it has. Who is still known? */
import type { Api, Visitor } from '../lib/api.ts'
import type { Fault } from '../lib/faults.ts'
import { usual } from '../lib/thresholds.ts'

export const plan = { rate: 100, maxVus: 200, seconds: 20 }
export const faults: readonly Fault[] = [{ at: 10, do: 'redis-flush' }]
export const thresholds = [...usual(), { metric: 'counters.lost', most: 0 }] as const

const guests = 100

export async function setup(api: Api): Promise<{ tokens: string[] }> {
  const tokens: string[] = []
  for (let guest = 0; guest < guests; guest++) {
    const { data, reason } = await api.mutate<{ token: string }>('session.guest', {})
    if (!data) throw new Error(`A guest got no session: ${reason}`)
    tokens.push(data.token)
  }
  return { tokens }
}

export async function iteration(api: Api, { tokens }: { tokens: string[] }, random: Visitor['random']): Promise<void> {
  const { data, reason } = await api.query('session.me', undefined, {
    session: random.pick(tokens),
    expected: ['TOKEN_INVALID'],
  })
  api.check('a guest is known, or told to come in anew', data !== undefined || reason === 'TOKEN_INVALID')
}

/** Counts guests, each once. */
export async function teardown(api: Api, { tokens }: { tokens: string[] }): Promise<void> {
  for (const session of tokens) {
    const { reason } = await api.query('session.me', undefined, { session, expected: ['TOKEN_INVALID'] })
    if (reason === 'TOKEN_INVALID') api.count('lost')
  }
  api.count('lost', 0)
}
