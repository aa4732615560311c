/**
 * Sessions of all kinds: guests that log out; accounts that register, log in, end sessions and change their password. A
 * session's version is 0 while it lives, and 1 when it has ended: then it is refused everywhere (G9).
 */
import { change, createLook, lives, rest, type Stage } from '../stage.ts'
import { createAccount, type Opened, whoIs } from './account.ts'

/** A guest comes, is known everywhere, logs out, and is known nowhere. */
export const visit = (stage: Stage, client: number): Promise<void> =>
  lives(stage, async (life) => {
    const opened = await change<Opened>(stage, { procedure: 'session.guest', input: {}, versions: {}, token: '' })
    if (opened.state !== 'acknowledged') return
    const [key, { token }] = [`guest ${client}-${life}`, opened.data]
    const look = () => whoIs(stage, createLook(stage, client), key, token)
    for (let times = 0; times < 3; times++) await look() // "from the future": it was ended by nobody
    stage.recorder.attempt(key, 1)
    const watching = look()
    await change(stage, { procedure: 'session.logout', input: {}, versions: { [key]: 1 }, token })
    await watching
    for (let times = 0; times < 4; times++) {
      await rest(stage, 30)
      await look()
    }
  })

/** An account from its registration on, for one life. A step without an answer ends it. */
export const keepAccount = (stage: Stage, client: number): Promise<void> =>
  lives(stage, async (life) => {
    const account = createAccount(stage, client, `account-${client}-${life}`)
    const first = await account.register()
    const second = first && (await account.logIn())
    if (!second) return
    await account.look()
    const listed = await stage.ask.query<{ items: { id: string; current: boolean }[] }>(
      createLook(stage, client).base,
      'session.list',
      {},
      first,
    )
    const other = listed.data?.items.find(({ current }) => !current)
    if (listed.data && listed.data.items.length !== 2 && !account.isUnsure()) {
      stage.recorder.violate('wrong', `${account.email} has ${listed.data.items.length} sessions, not 2`)
    }
    if (!other) return
    const steps = [
      () => account.end({ procedure: 'session.revoke', input: { id: other.id }, token: first }, [second]),
      () => account.logIn(),
      () => account.end({ procedure: 'session.revokeOthers', input: {}, token: account.latest() }, account.others()),
      () => account.changePassword(account.latest()),
      () => account.logIn(),
      () => account.logIn({ isOld: true }),
      () => account.end({ procedure: 'session.logout', input: {}, token: account.latest() }, [account.latest()]),
    ]
    for (const step of steps) {
      if (stage.ended() || !(await step())) return
      await account.look()
    }
    await rest(stage, 600) // hashing passwords takes a core
  })
