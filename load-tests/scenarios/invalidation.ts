/**
 * Customers look at their profiles, again and again; now and then one changes it. From then on nobody may get the old
 * one; and after the one miss it takes, reads are hits again.
 */
import type { Settings } from '../config/settings.ts'
import { asAdmin, type Opened } from '../journeys/accounts.ts'
import type { Api, Visitor } from '../lib/api.ts'
import { usual } from '../lib/thresholds.ts'

export const plan = { rate: 60, maxVus: 100 }
export const thresholds = [
  ...usual(),
  { metric: 'counters.staleReads', most: 0 },
  { metric: 'counters.edits', least: 1 },
  { metric: 'times.purgeMs.p99', most: 50 },
] as const

interface Customer {
  id: string
  token: string
}
interface Profile {
  name: string
  version: number
}

const people = 5
const editEvery = 15
/** Other processes hear of it within this (guarantee G4), ms. */
const otherProcessesMs = 50

interface State {
  customers: Customer[]
  admin: string
}

/** They are new: nothing of the seed's is changed. */
export async function setup(api: Api, settings: Settings): Promise<State> {
  const customers: Customer[] = []
  const run = `${Date.now().toString(36)}-${Math.floor(Math.random() * 1e9).toString(36)}`
  for (let index = 0; index < people; index++) {
    const account = { email: `load-${run}-${index}@example.com`, password: `load test ${run}`, name: 'Load Test' }
    const { data, reason } = await api.mutate<Opened>('session.register', account)
    if (!data?.user) throw new Error(`A customer for the test could not be registered: ${reason}`)
    customers.push({ id: data.user.id, token: data.token })
  }
  return { customers, admin: await asAdmin(api, settings) }
}

export async function iteration(api: Api, { customers }: State, random: Visitor['random'], visitor: Visitor) {
  const customer = random.pick(customers)
  const profile = await read(api, customer, visitor)
  if (profile && visitor.iteration % editEvery === 0) await change(api, customer, profile, visitor)
}

async function read(api: Api, { id, token }: Customer, { memory }: Visitor): Promise<Profile | undefined> {
  const asked = Date.now()
  const { data } = await api.query<Profile>('profile.get', { userId: id }, { session: token })
  if (!api.check('a profile is answered', data !== undefined) || !data) return undefined
  // Nobody who has seen the new one gets the old one.
  const seen = memory.get(id) as { version: number; at: number } | undefined
  if (seen && data.version < seen.version && asked - seen.at > otherProcessesMs) api.count('staleReads')
  if (!seen || data.version > seen.version) memory.set(id, { version: data.version, at: Date.now() })
  return data
}

/** The clock runs from the acknowledgement to the end of the first read that has the new one. */
async function change(api: Api, customer: Customer, { version }: Profile, visitor: Visitor): Promise<void> {
  const input = { userId: customer.id, expectedVersion: version, name: `Load Test ${visitor.iteration}` }
  const options = { session: customer.token, expected: ['VERSION_CONFLICT'] }
  const { data: changed } = await api.mutate<Profile>('profile.update', input, options)
  if (!changed) return api.count('conflicts')
  api.count('edits')
  visitor.memory.set(customer.id, { version: changed.version, at: Date.now() })
  let purgeMs = 0
  for (let attempt = 0; attempt < 200; attempt++) {
    const answer = await api.query<Profile>('profile.get', { userId: customer.id }, { session: customer.token })
    purgeMs += answer.ms
    if ((answer.data?.version ?? 0) >= changed.version) {
      api.time('purgeMs', purgeMs)
      api.check('the read after the change shows it', attempt === 0 || purgeMs < otherProcessesMs)
      return
    }
  }
  api.count('staleReads')
}

/** When it is quiet, step by step: what is cached goes with the change, and comes back with the next read. */
export async function teardown(api: Api, { customers, admin }: State): Promise<void> {
  for (const { id, token } of customers) {
    const [input, options] = [{ userId: id }, { session: token }]
    const before = await api.query<Profile>('profile.get', input, options)
    const change = { ...input, expectedVersion: before.data?.version, name: 'Load Test, over' }
    const { data: changed } = await api.mutate<Profile>('profile.update', change, options)
    const gone = await lookAt(api, admin, id)
    const { data } = await api.query<Profile>('profile.get', input, options)
    const back = await lookAt(api, admin, id)
    api.check('in the end: what was changed last is what is read', data?.version === changed?.version)
    if (gone && back) {
      api.check('in the end: the change takes the profile out of the cache', !isHit(gone))
      api.check(
        'in the end: the read after it puts the new one there',
        isHit(back) && back.version === changed?.version,
      )
    }
    await api.mutate('session.logout', undefined, options)
  }
  await api.mutate('session.logout', undefined, { session: admin })
}

interface Inspection {
  state: 'missing' | 'fresh' | 'stale' | 'void' | 'unreadable'
  version: number | null
}

const isHit = ({ state }: Inspection) => state === 'fresh' || state === 'stale'

/** undefined: nothing is kept, or it can't be looked at (CACHE_MODE, no CACHE_SEAL_KEY). */
async function lookAt(api: Api, session: string, key: string): Promise<Inspection | undefined> {
  const options = { session, expected: ['NOT_POSSIBLE', 'REDIS_UNAVAILABLE'] }
  return (await api.query<Inspection>('cache.inspect', { cache: 'profile', key }, options)).data
}
