/** Finds a scenario by its file's name. */
import { readdirSync } from 'node:fs'
import type { Scenario } from '../lib/scenario.ts'

const folder = new URL('../scenarios/', import.meta.url)

export const scenarioNames = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort()

/** Throws with the names there are. */
export async function loadScenario(name: string): Promise<Scenario> {
  const names = scenarioNames()
  if (!names.includes(name)) {
    throw new Error(`${name ? `There is no scenario "${name}".` : 'Which scenario?'} There are: ${names.join(', ')}`)
  }
  return (await import(new URL(`${name}.ts`, folder).href)) as Scenario
}
