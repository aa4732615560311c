/**
 * Customers look at their profiles, again and again; now and then one changes it. From then on nobody may get the old
 * one; and after the one miss it takes, reads are hits again.
 */
import type { Settings } from '../config/settings.ts'
import type { Opened } from '../journeys/accounts.ts'
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

/** They are new: nothing of the seed's is changed. */
export async function setup(api: Api, _settings: Settings): Promise<{ customers: Customer[] }> {
  const customers: Customer[] = []
  const run = `${Date.now().toString(36)}-${Math.floor(Math.random() * 1e9).toString(36)}`
  for (let index = 0; index < people; index++) {
    const account = { email: `load-${run}-${index}@example.com`, password: `load test ${run}`, name: 'Load Test' }
    const { data, reason } = await api.mutate<Opened>('session.register', account)
    if (!data?.user) throw new Error(`A customer for the test could not be registered: ${reason}`)
    customers.push({ id: data.user.id, token: data.token })
  }
  return { customers }
}

export async function iteration(
  api: Api,
  { customers }: { customers: Customer[] },
  random: Visitor['random'],
  visitor: Visitor,
) {
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

export async function teardown(api: Api, { customers }: { customers: Customer[] }): Promise<void> {
  for (const { id, token } of customers) {
    const input = { userId: id }
    const first = await api.query<Profile>('profile.get', input, { session: token })
    const { data: changed } = await api.mutate<Profile>(
      'profile.update',
      { ...input, expectedVersion: first.data?.version, name: 'Load Test, over' },
      { session: token },
    )
    const { data } = await api.query<Profile>('profile.get', input, { session: token })
    api.check('in the end: what was changed last is what is read', data?.version === changed?.version)
    await api.mutate('session.logout', undefined, { session: token })
  }
}
