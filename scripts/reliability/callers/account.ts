/** A person with an e-mail address, a password and sessions: what happens to each of them is recorded. */
import { type Change, change, createLook, type Look, type Stage } from '../stage.ts'

export interface Opened {
  token: string
  user: { id: string } | null
}

/** Asks who the bearer of a token is. */
export async function whoIs(stage: Stage, look: Look, key: string, token: string): Promise<void> {
  const seen = await look.query('session.me', {}, { token })
  if (seen.data || seen.refused === 'TOKEN_INVALID') seen.shows(key, seen.data ? 0 : 1, 'near', 'session')
  else if (seen.refused) stage.recorder.violate('refused', `${key}: ${seen.refused}`)
}

/** `password …` has the number of the password as its version: a login with the newest one must succeed. */
export function createAccount(stage: Stage, client: number, name: string) {
  const email = `${name}@history.example`
  const passwordKey = `password ${email}`
  const password = (number: number) => `the ${number}. long password of ${name}`
  let newest = 1
  let isUnsure = false
  const tokens: string[] = []
  const keyOf = (token: string) => `session ${token.slice(0, 8)} of ${name}`
  stage.recorder.attempt(passwordKey, 1)
  const opened = async (asked: Omit<Change, 'versions'>, versions: Record<string, number> = {}) => {
    const done = await change<Opened>(stage, { ...asked, versions })
    if (done.state !== 'acknowledged') return undefined
    tokens.push(done.data.token)
    return done.data
  }
  const account = {
    email,
    /** Whether there may be sessions that nobody knows the token of. */
    isUnsure: () => isUnsure,
    latest: () => tokens.at(-1) ?? '',
    others: () => tokens.slice(0, -1),
    /** The token; undefined: no answer. */
    register: async (told?: (opened: Opened) => void) => {
      const input = { email, password: password(1), name }
      const done = await opened({ procedure: 'session.register', input, token: '' })
      if (done) told?.(done)
      return done?.token
    },
    /**
     * Asks until there is an answer. With a password that is no longer valid, nobody gets in. `isRefused`: nor with a
     * valid one.
     */
    logIn: async ({ isOld = false, isRefused = false } = {}): Promise<string | undefined> => {
      const { base } = createLook(stage, client)
      const number = isOld ? newest - 1 : newest
      const began = performance.now()
      const input = { email, password: password(number) }
      const { data, refused } = await stage.ask.mutate<Opened>(base, 'session.login', input)
      if (!data && !refused) {
        isUnsure = true
        return stage.ended() ? undefined : account.logIn({ isOld, isRefused })
      }
      if (!data && refused !== 'CREDENTIALS_INVALID') {
        stage.recorder.violate('refused', `a login of ${email}: ${refused}`)
        return undefined
      }
      const source = { client, base, via: 'session.login', cache: 'credential', bound: 'strict', began } as const
      if (isRefused) {
        if (data) stage.recorder.violate('wrong', `${email} is disabled, and logged in`)
      } else if (data || !isOld) stage.recorder.read({ ...source, key: passwordKey, got: data ? number : number - 1 })
      if (data) tokens.push(data.token)
      return data?.token ?? 'refused'
    },
    changePassword: async (token: string) => {
      const input = { password: password(newest), newPassword: password(newest + 1) }
      const ended = [...tokens]
      newest++
      const versions = { [passwordKey]: newest, ...Object.fromEntries(ended.map((each) => [keyOf(each), 1])) }
      return opened({ procedure: 'session.changePassword', input, token }, versions)
    },
    /** A change that ends sessions. */
    end: async (asked: Omit<Change, 'versions'>, ended: string[]) => {
      const versions = Object.fromEntries(ended.map((each) => [keyOf(each), 1]))
      return (await change(stage, { ...asked, versions })).state === 'acknowledged'
    },
    /** At all sessions there are or were. */
    look: async () => {
      for (const token of tokens.slice(-4)) await whoIs(stage, createLook(stage, client), keyOf(token), token)
    },
  }
  return account
}
