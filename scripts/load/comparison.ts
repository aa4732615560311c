/** `npm run load -- <scenario> --compare full,naive,off` and `npm run load -- pitfall-1`, from start to end. */
import { writeFileSync } from 'node:fs'
import { markdown, particulars } from '../../load-tests/report/markdown.ts'
import { plainTable } from '../../load-tests/report/plain.ts'
import { terminationSignal } from '../../src/main.ts'
import { compare } from './compare.ts'
import { planOf } from './compare-options.ts'
import { writeResults } from './results.ts'

/** Gives the exit code: 0 when there is a table. What is found in it is for the reader to judge. */
export async function runComparison(root: string, args: string[], say: (line: string) => void): Promise<number> {
  const { plan, name, out } = planOf(args, process.env)
  const ended = new AbortController()
  void terminationSignal().then((signal) => ended.abort(new Error(`Ended by ${signal}.`)))
  const comparison = await compare(plan, say, ended.signal)
  const folder = writeResults(root, name, comparison)
  console.log(`\n${comparison.title}\n\n${plainTable(comparison.rows)}\n\n${particulars(comparison.rows)}\n`)
  if (out) writeFileSync(out, markdown(comparison))
  say(`The report: ${folder}/report.html`)
  return 0
}
