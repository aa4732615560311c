/**
 * Catalog reads at a steady rate beside nobody, and beside a storm of logins: passwords that have to be hashed, each of
 * them, more than there is room for. In turn, as the machine is not the same from minute to minute.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from '../../scripts/fleet/client.ts'
import { percentile } from '../stats.ts'

export interface Storm {
  /** p99 of a catalog read, ms. */
  rounds: { calm: number; storm: number }[]
  reads: number
  /** Passwords that were checked, and those told to come again. */
  checked: number
  shed: number
}

export interface StormOptions {
  rounds: number
  /** Of each half of a round. */
  seconds: number
  readsPerSecond: number
  loginsPerSecond: number
}

export async function storm(
  bases: readonly string[],
  { rounds, seconds, readsPerSecond, loginsPerSecond }: StormOptions,
): Promise<Storm> {
  const client = createClient({ sockets: 256 })
  const counts = { reads: 0, checked: 0, shed: 0 }
  const baseOf = (number: number) => bases[number % bases.length] ?? ''

  async function read(number: number): Promise<number> {
    const started = performance.now()
    const [procedure, input] = asked[number % asked.length] as (typeof asked)[number]
    const { error } = await client.query(baseOf(number >> 1), procedure, input)
    if (error) throw new Error(error.message)
    counts.reads += 1
    return performance.now() - started
  }
  async function login(number: number): Promise<void> {
    const input = { email: `nobody-${number}@example.com`, password: `a wrong password ${number}` }
    const { error } = await client.mutate(baseOf(number), 'session.login', input)
    if (error?.data.reason === 'CREDENTIALS_INVALID') counts.checked += 1
    else if (error?.data.code === 'SERVICE_UNAVAILABLE') counts.shed += 1
    else throw new Error(error?.message ?? 'Nobody was let in')
  }

  const half = async (withLogins: boolean) => {
    const until = performance.now() + seconds * 1_000
    const logins = withLogins ? atRate(loginsPerSecond, until, login) : []
    const times = await Promise.all(await atRate(readsPerSecond, until, read))
    await Promise.all(await logins)
    return percentile(times, 0.99)
  }
  try {
    const measured: Storm['rounds'] = []
    await half(false)
    for (let round = 0; round < rounds; round++) {
      measured.push({ calm: await half(false), storm: await half(true) })
    }
    return { rounds: measured, ...counts }
  } finally {
    client.close()
  }
}

/** What a visitor of a shop asks for. */
const asked = [
  ['catalog.product.list', { limit: 20 }],
  ['catalog.product.bySlug', { slug: 'blue-mug' }],
  ['catalog.product.facets', {}],
  ['catalog.product.bySlug', { slug: 'blue-mug' }],
] as const

/** Begins `work` so many times a second, whether the last has ended or not. */
async function atRate<T>(
  perSecond: number,
  until: number,
  work: (number: number) => Promise<T>,
): Promise<Promise<T>[]> {
  const begun: Promise<T>[] = []
  const started = performance.now()
  for (let number = 0; performance.now() < until; number++) {
    const due = started + (number * 1_000) / perSecond - performance.now()
    if (due > 1) await delay(due)
    const one = work(number)
    one.catch(() => {}) // heard of when all are awaited
    begun.push(one)
  }
  return begun
}
