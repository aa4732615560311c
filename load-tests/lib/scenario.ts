/** What a scenario is: a file in scenarios/ that exports these. It knows neither k6 nor Node. */
import type { Plan, Settings } from '../config/settings.ts'
import type { Api, Visitor } from './api.ts'
import type { Fault } from './faults.ts'
import type { Threshold } from './thresholds.ts'

/** `State` is what `setup` found out: JSON, because k6 gives each visitor a copy of its own. */
export interface Scenario<State = unknown> {
  plan: Plan
  thresholds: readonly Threshold[]
  /** What is to happen to the server's machinery meanwhile. A scenario only says so; the runner does it. */
  faults?: readonly Fault[]
  /** Once, before. Rejects when the run can't begin. */
  setup(api: Api, settings: Settings): Promise<State>
  /** What one visitor does who arrives. Should it throw, that is a failure. */
  iteration(api: Api, state: State, random: Visitor['random'], visitor: Visitor): Promise<void>
  /** Once, after: checks what must hold in the end, and tidies. */
  teardown(api: Api, state: State, settings: Settings): Promise<void>
}
