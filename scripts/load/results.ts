/** Where results go: a folder for each comparison, below load-tests/results/. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Comparison } from '../../load-tests/report/comparison.ts'
import { html } from '../../load-tests/report/html.ts'
import { markdown } from '../../load-tests/report/markdown.ts'

/** Gives the folder: the reports, what they were made from, and the manifest. `name` is the scenario's. */
export function writeResults(root: string, name: string, comparison: Comparison, now = new Date()): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '-')
  const folder = join(root, 'load-tests', 'results', `${stamp}-${name}`)
  mkdirSync(folder, { recursive: true })
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
  const files = {
    'report.html': html(comparison),
    'report.md': markdown(comparison),
    'manifest.json': json(comparison.manifest),
    'comparison.json': json(comparison.rows),
  }
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  return folder
}
