/**
 * Limits for guessing passwords. Each attempt is counted before the password is looked at: of attempts that come
 * together, in one batch or over many connections, none gets by. What turns out right is given back.
 *
 * 1. An address: so many wrong attempts in ten minutes, whatever the accounts.
 * 2. An address at one account: ten in ten minutes.
 * 3. An account from all addresses together: twenty in five minutes. Here somebody could lock out somebody else. So the
 *    window is short, an address from which the account was logged in to before (30 days) does not count and is not
 *    held up, and there is no lock that lasts longer the more is tried.
 *
 * Redis gets hashes only: neither an e-mail nor an address can be read there.
 */
import { createHmac } from 'node:crypto'
import type { WindowOptions } from './rate-limit.local.ts'
import type { SharedWindows } from './rate-limit.shared.ts'

export const loginLimits = ['login_address', 'login_pair', 'login_account'] as const
export type LoginLimit = (typeof loginLimits)[number]

export interface LoginAttempt {
  /** The password was right: the attempt counts no more, and this address is known from now on. */
  succeeded(): Promise<void>
  /** Nobody looked at the password (an overload, an outage): the attempt counts no more. */
  withdrawn(): Promise<void>
}

export interface LoginWindows {
  address: SharedWindows
  pair: SharedWindows
  account: SharedWindows
  known: SharedWindows
}

const minutes = 60

export const loginWindows = (perAddress: number): Record<keyof LoginWindows, WindowOptions> => ({
  address: { points: perAddress, seconds: 10 * minutes },
  pair: { points: 10, seconds: 10 * minutes },
  account: { points: 20, seconds: 5 * minutes },
  known: { points: Number.MAX_SAFE_INTEGER, seconds: 30 * 24 * 60 * minutes },
})

/**
 * @param secret of those who share the limits: with it, a hash says nothing to whoever tries out e-mails
 * @param refuse throws the error for a limit, given the ms after which to come again
 */
export function createLoginLimit(
  windows: LoginWindows,
  secret: Buffer | undefined,
  refuse: (limit: LoginLimit, afterMs: number) => void,
) {
  const hash = (...parts: string[]) =>
    createHmac('sha256', secret ?? 'login')
      .update(JSON.stringify(parts))
      .digest('base64url')
      .slice(0, 22)

  return async (who: { account: string; address: string }): Promise<LoginAttempt> => {
    const name = who.account.slice(0, 320).normalize('NFKC').trim().toLowerCase()
    const [account, address, pair] = [hash(name), hash('address', who.address), hash(name, who.address)]
    const taken: [SharedWindows, string][] = []
    const take = async (limit: LoginLimit, window: SharedWindows, key: string) => {
      refuse(limit, await window.take(key))
      taken.push([window, key])
    }
    // One after the other: who is refused by the first uses up nothing of the next.
    await take('login_address', windows.address, address)
    await take('login_pair', windows.pair, pair)
    if (!(await windows.known.has(pair))) await take('login_account', windows.account, account)

    const withdrawn = async () => {
      await Promise.all(taken.splice(0).map(([window, key]) => window.giveBack(key)))
    }
    return {
      withdrawn,
      succeeded: async () => {
        await Promise.all([withdrawn(), windows.known.take(pair)])
      },
    }
  }
}
