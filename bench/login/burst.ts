/** Many logins of one account at the same moment, over some processes. */
import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from '../../scripts/fleet/client.ts'
import { percentile } from '../stats.ts'

export interface Member {
  email: string
  password: string
}

export interface Burst {
  ok: number
  refused: number
  /** Wrong passwords that got in. */
  intruders: number
  /** Answers of 503. */
  again: number
  /** Until one knows, ms. */
  p50: number
  p99: number
  /** Of Postgres, for credentials. */
  queries: number
}

const retryAfterMs = 1_000

export async function burst(bases: readonly string[], { email, password }: Member, logins: number): Promise<Burst> {
  const client = createClient({ sockets: Math.ceil(logins / bases.length) })
  const queries = () => client.metric(bases, 'db_query_duration_seconds_count', /operation="credential.byEmail"/)
  const counts = { ok: 0, refused: 0, intruders: 0, again: 0 }

  async function login(index: number): Promise<number> {
    const isWrong = index % 10 === 9
    const input = { email, password: isWrong ? `${password}${index}` : password }
    const started = performance.now()
    for (;;) {
      const { error } = await client.mutate(bases[index % bases.length] ?? '', 'session.login', input, {
        timeoutMs: 120_000,
      })
      if (error?.data.code === 'SERVICE_UNAVAILABLE') {
        counts.again += 1
        await delay(retryAfterMs)
        continue
      }
      if (error && error.data.reason !== 'CREDENTIALS_INVALID') throw new Error(error.message)
      if (!error) counts[isWrong ? 'intruders' : 'ok'] += 1
      else if (isWrong) counts.refused += 1
      else throw new Error('A right password was refused')
      return performance.now() - started
    }
  }

  try {
    const before = await queries()
    const times = await Promise.all(Array.from({ length: logins }, (_, index) => login(index)))
    return { ...counts, p50: percentile(times, 0.5), p99: percentile(times, 0.99), queries: (await queries()) - before }
  } finally {
    client.close()
  }
}
