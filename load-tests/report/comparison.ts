/** What a comparison hands to its reports. */
import type { Summary } from '../lib/summary.ts'
import type { Figures, Happening, Reading } from './figures.ts'

/** A statement, with its values left out; how often it was asked while measured, and how long all of it took, ms. */
export interface Statement {
  calls: number
  ms: number
  text: string
}

/** One run of one variant. */
export interface Run {
  round: number
  summary: Summary
  readings: Reading[]
  happenings: Happening[]
  /** Those that Postgres was asked most often. */
  statements: Statement[]
}

export interface Row {
  variant: string
  /** The middle of the rounds. */
  figures: Figures
  runs: Run[]
}

/** What the figures belong to: date, commit, versions, machine, seed, modes, command. */
export type Manifest = Record<string, string>

export interface Comparison {
  title: string
  /** Paragraphs before the table. */
  story: string[]
  manifest: Manifest
  rows: Row[]
}
