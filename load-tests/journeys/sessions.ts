/** What people do with sessions. */
import type { Random } from '../../scripts/seed/random.ts'
import type { Api } from '../lib/api.ts'
import { customers, type Opened } from './accounts.ts'

/** Why a token is not, or not any more, one. */
const over = ['TOKEN_INVALID']
const elsewhereMs = 50

export async function logInAndOut(api: Api, password: string, random: Pick<Random, 'pick'>): Promise<void> {
  const email = random.pick(customers)
  const { data } = await api.mutate<Opened>('session.login', { email, password, device: 'load test' })
  if (!api.check('the right password gets in', data?.user?.email === email) || !data) return
  api.count('logins')
  const { data: me } = await api.query<Pick<Opened, 'user'>>('session.me', undefined, { session: data.token })
  api.check('whoever has logged in is who they are', me?.user?.id === data.user?.id)
  await leave(api, data.token)
}

export async function logInWrongly(api: Api, password: string, random: Pick<Random, 'pick'>): Promise<void> {
  const input = { email: random.pick(customers), password: `not ${password}` }
  const { data, reason } = await api.mutate<Opened>('session.login', input, { expected: ['CREDENTIALS_INVALID'] })
  if (data) api.count('wrongAccepted')
  api.check('a wrong password does not get in', reason === 'CREDENTIALS_INVALID')
}

/** Somebody without an account: comes, is known for a while, goes, and is not known any more. */
export async function visitAsGuest(api: Api): Promise<void> {
  const { data } = await api.mutate<Opened>('session.guest', { device: 'load test' })
  if (!api.check('a guest gets a session', data !== undefined) || !data) return
  for (let visit = 0; visit < 4; visit++) {
    const { data: me } = await api.query<{ session: { kind: string } }>('session.me', undefined, {
      session: data.token,
    })
    api.check('a guest is known', me?.session.kind === 'guest')
  }
  await leave(api, data.token)
}

/** One of a user's sessions ends another of theirs: a lost telephone. */
export async function revokeOther(api: Api, session: string, victim: Opened): Promise<void> {
  const { data } = await api.query<{ items: { id: string; current: boolean }[] }>('session.list', undefined, {
    session,
  })
  api.check('a user sees their sessions', data?.items.some(({ current }) => current) === true)
  const { data: other } = await api.query<{ session: { id: string } }>('session.me', undefined, {
    session: victim.token,
  })
  if (!other) return
  await api.mutate('session.revoke', { id: other.session.id }, { session })
  await isOver(api, victim.token)
}

async function leave(api: Api, session: string): Promise<void> {
  const { data } = await api.mutate('session.logout', undefined, { session })
  if (data) await isOver(api, session)
}

/** Wherever the next request arrives, within 50 ms (guarantee G9). */
async function isOver(api: Api, session: string): Promise<void> {
  const ended = Date.now()
  const ask = async () => (await api.query('session.me', undefined, { session, expected: over })).reason
  let reason = await ask()
  while (reason === undefined && Date.now() - ended < elsewhereMs) reason = await ask()
  if (reason === undefined) api.count('revokedAccepted')
  api.check('a session that was ended is refused', reason === 'TOKEN_INVALID')
}
