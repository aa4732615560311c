/** What is done to the server's machinery while a scenario runs, and when. */

import { profiles } from '../config/profiles.ts'
import type { Plan, Settings } from '../config/settings.ts'

export type FaultKind =
  | 'redis-flush'
  /** Ended at once, as in a crash. */
  | 'redis-kill'
  | 'redis-start'
  /** It keeps its connections and answers nothing (SIGSTOP), until `redis-resume`. */
  | 'redis-hang'
  | 'redis-resume'
  | 'postgres-restart'

export interface Fault {
  /** Seconds after the measure began, in a run as long as the plan says. */
  at: number
  do: FaultKind
}

/** When each happens in this run, which may be longer or shorter. */
export function faultsIn(faults: readonly Fault[], plan: Plan, { seconds }: Pick<Settings, 'seconds'>): Fault[] {
  const planned = plan.seconds ?? profiles.average.seconds
  return faults.map((fault) => ({ ...fault, at: (fault.at * seconds) / planned }))
}
