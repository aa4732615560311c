/**
 * Redis is killed and comes back, then hangs (it keeps its connections and answers nothing) and goes on. Reads are
 * answered throughout, sessions are known throughout, and once Redis is back, so are the hits.
 */
import type { Settings } from '../config/settings.ts'
import { asStaff, type Opened } from '../journeys/accounts.ts'
import { browse } from '../journeys/browse.ts'
import { type Catalogue, readCatalogue } from '../journeys/catalogue.ts'
import { lookAtHits, looks } from '../journeys/hit-ratio.ts'
import type { Api, Visitor } from '../lib/api.ts'
import { type Fault, faultsIn } from '../lib/faults.ts'
import { usual } from '../lib/thresholds.ts'

export const plan = { rate: 60, maxVus: 300, seconds: 60 }
export const faults: Fault[] = [
  { at: 10, do: 'redis-kill' },
  { at: 20, do: 'redis-start' },
  { at: 35, do: 'redis-hang' },
  { at: 42, do: 'redis-resume' },
]
/** There are two outages, and after each of them ten seconds to recover. */
export const thresholds = [...usual({ p99Ms: 1_000 }), { metric: 'counters.recoverySeconds', most: 20 } as const]

interface State extends Catalogue {
  rate: number
  session: string
  /** Seconds at which Redis goes and comes. */
  gone: number[]
  back: number[]
}

export async function setup(api: Api, settings: Settings): Promise<State> {
  const times = faultsIn(faults, plan, settings)
  const at = (...kinds: string[]) => times.filter((fault) => kinds.includes(fault.do)).map((fault) => fault.at)
  return {
    ...(await readCatalogue(api, settings)),
    rate: settings.arrivals / settings.seconds,
    session: await asStaff(api, settings),
    gone: at('redis-kill', 'redis-hang'),
    back: at('redis-start', 'redis-resume'),
  }
}

export async function iteration(api: Api, state: State, random: Visitor['random'], visitor: Visitor): Promise<void> {
  if (looks(visitor, state.rate)) return lookAtHits(api, { recovering: isBack(state, visitor.elapsed) })
  if (random.chance(0.1)) return whoAmI(api, state)
  await browse(api, state, random)
}

/** A second that began in an outage is none of the recovery. */
const isBack = ({ gone, back }: State, elapsed: number): boolean =>
  back.some((at, index) => elapsed > at && elapsed < (gone[index + 1] ?? Number.POSITIVE_INFINITY))

async function whoAmI(api: Api, { session }: State): Promise<void> {
  const { data } = await api.query<Pick<Opened, 'user'>>('session.me', undefined, { session })
  api.check('nobody is logged out', data?.user?.role === 'staff')
}

export async function teardown(api: Api, state: State): Promise<void> {
  await whoAmI(api, state)
  await api.mutate('session.logout', undefined, { session: state.session })
}
