/** The matrix as a Markdown document. */
import { items, load, machine } from '../fleet/machine.ts'
import type { Result, Row } from './matrix.ts'

const ms = (value: number) => (value >= 1_000 ? `${(value / 1_000).toFixed(1)} s` : `${Math.round(value)} ms`)
const number = (value: number) => value.toLocaleString('en')

export function markdown({ rows, violations, seconds }: Result, command: string): string {
  const wrong = (row: Row) => violations.filter(({ fault }) => fault === row.fault.name).length
  const lines = rows.map((row) => {
    const { fault, times, reads, writes, failed, overtaken, worstStaleMs, recoveryMs } = row
    const operations = reads + writes + failed
    return `| ${[
      fault.name,
      fault.promise,
      times,
      number(reads),
      number(writes),
      wrong(row),
      number(overtaken),
      ms(worstStaleMs),
      `${((1 - failed / Math.max(operations, 1)) * 100).toFixed(1)} %`,
      ms(Math.max(0, recoveryMs)),
    ].join(' | ')} |`
  })
  return `${[
    '# Reliability: what was done to it, and what came of it',
    items({
      ...machine(),
      'Load (1, 5, 15 min)': load(),
      Command: `\`${command} --out docs/reliability.md\``,
      Took: `${Math.round(seconds)} s`,
      Violations: violations.length === 0 ? 'none' : `${violations.length}, see below`,
    }),
    preface,
    [
      '| fault | what is promised | times | answers read | changes acknowledged | violations | overtaken | worst | answered | recovered after |',
      '|---|---|--:|--:|--:|--:|--:|--:|--:|--:|',
      ...lines,
    ].join('\n'),
    ...(violations.length === 0
      ? []
      : ['## Violations', ...violations.map((each) => `- ${each.fault}: ${each.kind}: ${each.detail}`)]),
    afterword,
  ].join('\n\n')}\n`
}

const preface = `Callers read products, prices, stock and sessions at any process and change them at any process, all the time, while one fault after another is injected. One recorder keeps the order of what was asked and answered, by one monotonic clock. Reservations are made, committed and released at their side, and the stock is held against its invariants after each fault ([G7], [G8]).

A violation is an answer that had been overtaken by an acknowledged change for longer than what is promised (near caches: 50 ms, G4); one that is older than what the same client got before from the same process by the same procedure (a price is in two caches, the product's and its own: until a change is acknowledged, one may know of it and the other not); one that nobody wrote; a change refused for no reason; a broken invariant of the stock; an answer of 500, as every fault is to be told from a mistake in the code; a process that ended by itself. *Overtaken*: answers older than what had been acknowledged when they were asked for, *worst*: for how long at most. *Answered*: operations that got an answer other than an error within 2 s. *Recovered*: from the healing to the last operation that failed or was answered with something overtaken for more than 50 ms.`

const afterword = `## What is not in it

- A disk that is full: Postgres is made to refuse writes, which is what an application sees of it.
- A clock that jumps is the application's \`Date\`, shifted from within by a signal; the machine's own stays.
- The network is a TCP proxy of our own in front of Redis, one for each process. Packets are not lost or reordered under TCP.
- Slots that move in a Redis Cluster: [test/cache/cluster.test.ts](../test/cache/cluster.test.ts); the application itself connects to one Redis.`
