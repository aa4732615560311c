/** Everybody logs in at once, some with a wrong password. The right ones get in, no wrong one ever does. */
import type { Settings } from '../config/settings.ts'
import { logInAndOut, logInWrongly } from '../journeys/sessions.ts'
import type { Api, Visitor } from '../lib/api.ts'
import { usual } from '../lib/thresholds.ts'

/** Each password takes a good part of a core for some hundredths of a second, on purpose: this is a high rate. */
export const plan = { rate: 8, maxVus: 200, seconds: 30 }
export const thresholds = [
  ...usual({ p99Ms: 2_000 }),
  { metric: 'counters.wrongAccepted', most: 0 },
  { metric: 'counters.logins', least: 1 },
] as const

interface State {
  password: string
}

export async function setup(_api: Api, { customerPassword }: Settings): Promise<State> {
  return { password: customerPassword }
}

export async function iteration(api: Api, { password }: State, random: Visitor['random']): Promise<void> {
  if (random.chance(0.2)) await logInWrongly(api, password, random)
  else await logInAndOut(api, password, random)
}

export async function teardown(api: Api, { password }: State): Promise<void> {
  const whoever = { pick: <T>([first]: readonly T[]) => first as T }
  await logInWrongly(api, password, whoever)
  await logInAndOut(api, password, whoever)
}
