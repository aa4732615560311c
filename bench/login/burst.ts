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
  /** Until one with the right password is in, ms. */
  p50: number
  p99: number
  /** Until one with a wrong password is refused, ms. */
  wrongP99: number
  /** Of Postgres, for credentials. */
  queries: number
}

/** One wrong password for ten right ones. */
const share = 10

const retryAfterMs = 1_000

export async function burst(bases: readonly string[], { email, password }: Member, logins: number): Promise<Burst> {
  const client = createClient({ sockets: logins })
  const queries = () => client.metric(bases, 'db_query_duration_seconds_count', /operation="credential.byEmail"/)
  const wrong = Math.floor(logins / share)
  const counts = { ok: 0, refused: 0, intruders: 0, again: 0 }

  async function login(index: number, isWrong: boolean): Promise<number> {
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
    const all = Array.from({ length: logins + wrong }, (_, index) => ({
      index,
      isWrong: index % (share + 1) === share,
    }))
    const times = await Promise.all(
      all.map(async ({ index, isWrong }) => ({ isWrong, ms: await login(index, isWrong) })),
    )
    const of = (wanted: boolean) => times.flatMap(({ isWrong, ms }) => (isWrong === wanted ? ms : []))
    return {
      ...counts,
      p50: percentile(of(false), 0.5),
      p99: percentile(of(false), 0.99),
      wrongP99: percentile(of(true), 0.99),
      queries: (await queries()) - before,
    }
  } finally {
    client.close()
  }
}
