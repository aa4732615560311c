/** Logging in as those whom `npm run seed` has made. */
import type { Account, Settings } from '../config/settings.ts'
import type { Api } from '../lib/api.ts'

export interface Opened {
  token: string
  expiresAt: string
  user: { id: string; email: string; name: string; role: string } | null
}

export const asStaff = (api: Api, { staff }: Settings): Promise<string> => tokenOf(api, staff)
export const asAdmin = (api: Api, { admin }: Settings): Promise<string> => tokenOf(api, admin)

/** Some of the seed's twenty customers; all have one password. */
export const customers = [
  'ada.lovelace',
  'alan.turing',
  'annie.easley',
  'barbara.liskov',
  'claude.shannon',
  'donald.knuth',
  'edsger.dijkstra',
  'frances.allen',
  'grace.hopper',
  'hedy.lamarr',
].map((name) => `${name}@example.com`)

/** Rejects, and says who it was. */
async function tokenOf(api: Api, { email, password }: Account): Promise<string> {
  const { data, reason } = await api.mutate<Opened>('session.login', { email, password, device: 'load test' })
  if (data) return data.token
  throw new Error(
    `${email} can't log in (${reason}): npm run seed makes the accounts, LOAD_PASSWORD is another password`,
  )
}
