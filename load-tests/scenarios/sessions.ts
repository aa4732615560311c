/** Guests come and go, users look at their sessions and end one: a session that was ended is refused at once. */
import type { Settings } from '../config/settings.ts'
import { customers, type Opened } from '../journeys/accounts.ts'
import { revokeOther, visitAsGuest } from '../journeys/sessions.ts'
import type { Api, Visitor } from '../lib/api.ts'
import { usual } from '../lib/thresholds.ts'

export const plan = { rate: 40, maxVus: 200, seconds: 30 }
export const thresholds = [...usual({ p99Ms: 250 }), { metric: 'counters.revokedAccepted', most: 0 } as const]

interface State {
  /** One for each of some users, logged in from the start. */
  sessions: { token: string; email: string }[]
  password: string
}

export async function setup(api: Api, { customerPassword: password }: Settings): Promise<State> {
  const sessions: State['sessions'] = []
  for (const email of customers.slice(0, 5)) {
    const { data, reason } = await api.mutate<Opened>('session.login', { email, password, device: 'load test' })
    if (!data) throw new Error(`${email} can't log in: ${reason}`)
    sessions.push({ token: data.token, email })
  }
  return { sessions, password }
}

/** A password costs much more than all else here, so few log in. */
export async function iteration(api: Api, { sessions, password }: State, random: Visitor['random']): Promise<void> {
  const mine = random.pick(sessions)
  if (random.chance(0.05)) {
    const { data } = await api.mutate<Opened>('session.login', { email: mine.email, password, device: 'lost' })
    if (data) await revokeOther(api, mine.token, data)
    return
  }
  if (random.chance(0.3)) return visitAsGuest(api)
  const { data } = await api.query<Pick<Opened, 'user'>>('session.me', undefined, { session: mine.token })
  api.check('a user is known', data?.user !== null && data?.user !== undefined)
}

export async function teardown(api: Api, { sessions }: State): Promise<void> {
  for (const { token } of sessions) {
    const { data } = await api.query('session.me', undefined, { session: token })
    api.check('in the end: nobody was logged out who did not want it', data !== undefined)
    await api.mutate('session.logout', undefined, { session: token })
  }
}
