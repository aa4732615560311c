/** What a row of the benchmark is: a kind of work that every contestant does, and what is measured of it. */
import type { Tier } from './contestant.ts'
import type { Session } from './session.ts'

/** What one round measured, by name. */
export type Sample = Record<string, number>

export interface Row {
  /** What `--rows` selects it by. */
  name: string
  title: string
  /** What is done and measured, for the reader of the table. */
  about: string
  tier: Tier
  /** How many processes each contestant has, all its own. */
  processes: number
  /** The contestant that ratios refer to. */
  floor: string
  /** Only these families take part. Default: all. */
  families?: readonly string[]
  source?: { delayMs?: number; fresh?: boolean }
  /** Measured rounds. */
  rounds: { full: number; quick: number }
  /** Rounds before them that do not count. */
  warmUps: number
  columns: readonly Column[]
  /** Once for a process: fills the cache, and makes sure that it does what the row says. */
  prepare?(session: Session): Promise<void>
  /** Rejects when what happened is not what the row is about. */
  round(session: Session, turn: Turn): Promise<Sample>
  /** From the samples of all processes to that of the round. */
  merge?(samples: Sample[]): Sample
}

export interface Column {
  header: string
  /** The name of the figure in the samples. */
  figure: string
  /** The cell, from the figure's values in all rounds. With `ratio` they are those to the floor's, round by round. */
  show(values: number[]): string
  ratio?: boolean
}

/** One round of one contestant. */
export interface Turn {
  /** Occurs once: for keys that nobody has seen. */
  id: string
  /** When to start, by `monotonicMs`: the same for all processes. */
  startAtMs: number
}

/** Milliseconds on a clock that all processes of this machine share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
