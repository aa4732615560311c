/** Administrators change users: each change ends the user's sessions, and a disabled user cannot log in. */
import { lives, pick, rest, type Stage } from '../stage.ts'
import { createAccount } from './account.ts'

export const manageUser = (stage: Stage, client: number): Promise<void> =>
  lives(stage, async (life) => {
    const account = createAccount(stage, client, `user-${client}-${life}`)
    let userId = ''
    const first = await account.register(({ user }) => {
      userId = user?.id ?? ''
    })
    if (!first) return
    const as = (procedure: string, input: object = {}) => ({
      procedure,
      input: { userId, ...input },
      token: stage.admin,
    })
    const steps = [
      () => account.end(as('user.setRole', { role: 'staff' }), [first]),
      () => account.logIn(),
      () => account.end(as('user.disable'), [account.latest()]),
      () => account.logIn({ isRefused: true }),
      () => account.end(as('user.enable'), []),
      () => account.logIn(),
    ]
    for (const step of steps) {
      if (stage.ended() || !(await step())) return
      await account.look()
    }
    const input = { email: account.email }
    const { data } = await stage.ask.query<{ items: { role: string }[] }>(
      pick(stage.bases),
      'user.list',
      input,
      stage.admin,
    )
    if (data && data.items[0]?.role !== 'staff') stage.recorder.violate('wrong', `${account.email} is no staff`)
    await rest(stage, 1_200) // hashing passwords takes a core
  })
