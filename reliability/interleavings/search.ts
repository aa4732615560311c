/** Looks for a program and an order of its steps that breaks an invariant, and makes it as small as it can. */
import * as fc from 'fast-check'
import { anyProgram, type Program } from './program.ts'
import { type Ground, type Outcome, runProgram } from './run.ts'
import type { Violation } from './world.ts'

export interface Found {
  program: Program
  outcome: Outcome
  /** The violations of the program before shrinking. */
  first: Violation[]
  /** Schedules that were tried until it was found, this one included. */
  after: number
  seed: number
}

export interface Searched {
  schedules: number
  steps: number
  seconds: number
  found: Found | undefined
}

export interface SearchOptions {
  seed: number
  maxSchedules: number
  maxSeconds: number
  /** Makes what was found small. Default true. */
  shrink?: boolean
  /** Only violations whose invariant or detail has this in it count. */
  only?: string | undefined
}

/** Programs are made and tried this many at a time: fast-check cannot be told to stop in between. */
const chunk = 200

export async function search(ground: Ground, options: SearchOptions): Promise<Searched> {
  const { seed, maxSchedules, maxSeconds, shrink = true, only } = options
  const started = performance.now()
  const seconds = () => (performance.now() - started) / 1_000
  let schedules = 0
  let steps = 0
  let after = 0
  let first: Violation[] = []
  let foundAt = 0
  const property = fc.asyncProperty(anyProgram, async (program) => {
    if (after > 0 && performance.now() - foundAt > maxShrinkMs) return // small enough
    const outcome = await runProgram(program, ground)
    const counted = outcome.violations.filter(
      ({ invariant, detail }) => !only || `${invariant}: ${detail}`.includes(only),
    )
    if (after > 0) {
      if (counted.length > 0) throw new Error(counted[0]?.invariant)
      return
    }
    schedules++
    steps += outcome.steps
    if (counted.length === 0) return
    after = schedules
    foundAt = performance.now()
    first = counted
    throw new Error(counted[0]?.invariant)
  })
  for (let part = 0; schedules < maxSchedules && seconds() < maxSeconds; part++) {
    const numRuns = Math.min(chunk, maxSchedules - schedules)
    const partSeed = seed * 1_000_000 + part
    const details = await fc.check(property, { seed: partSeed, numRuns, endOnFailure: !shrink })
    const [program] = details.counterexample ?? []
    if (!program) continue
    const outcome = await runProgram(program, ground, true)
    return { schedules, steps, seconds: seconds(), found: { program, outcome, first, after, seed: partSeed } }
  }
  return { schedules, steps, seconds: seconds(), found: undefined }
}

/** Maximum time for shrinking, ms. */
const maxShrinkMs = 25_000
