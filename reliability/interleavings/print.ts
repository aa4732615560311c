/** Prints a violation and the steps that led to it. */
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Found } from './search.ts'
import type { Violation } from './world.ts'

export function printStory(story: readonly string[], violations: readonly Violation[]): void {
  console.log(story.map((line) => `  ${line}`).join('\n'))
  for (const { invariant, detail } of violations) console.log(`VIOLATED: ${invariant}: ${detail}`)
  if (violations.length === 0) console.log('No violation.')
}

/** Prints the story, and keeps the program in a file that can be run again. */
export function printFound({ program, outcome, first, after, seed }: Found): void {
  const file = join(tmpdir(), `interleaving-${seed}.json`)
  writeFileSync(file, JSON.stringify(program, null, 2))
  console.log(
    `Found after ${after} schedules in its process, seed ${seed}: ${first[0]?.invariant}: ${first[0]?.detail}`,
  )
  console.log('Made as small as it could be made:')
  printStory(outcome.story, outcome.violations)
  console.log(`Again: npm run torture:interleavings -- --replay ${file}`)
}
