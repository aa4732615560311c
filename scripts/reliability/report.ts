/** The result of the matrix as a Markdown document. */
import { items, load, machine } from '../fleet/machine.ts'
import { boundsMs, withoutRedisMs } from './bounds.ts'
import type { Result, Row } from './matrix.ts'

const ms = (value: number) => (value >= 1_000 ? `${(value / 1_000).toFixed(1)} s` : `${Math.round(value)} ms`)
const number = (value: number) => value.toLocaleString('en')
const table = (head: string[], align: string, rows: (string | number)[][]) =>
  [head.join(' | '), align, ...rows.map((cells) => cells.join(' | '))].map((line) => `| ${line} |`).join('\n')

export function markdown(result: Result, command: string): string {
  const { violations, uncovered, seconds } = result
  const found = violations.map(({ fault, kind, detail }) => `- ${fault}: ${kind}: ${detail}`)
  return `${[
    '# Reliability: the faults that were injected, and what came of them',
    items({
      ...machine(),
      'Load (1, 5, 15 min)': load(),
      Command: `\`${command} --out docs/reliability.md\``,
      Took: `${Math.round(seconds)} s`,
      Violations: violations.length === 0 ? 'none' : `${violations.length}, see below`,
      'Not covered': uncovered.length === 0 ? 'none' : `${uncovered.length}, see below`,
    }),
    preface,
    faultTable(result),
    ...(found.length > 0 ? ['## Violations', found.join('\n')] : []),
    ...coverage(result),
    afterword,
  ].join('\n\n')}\n`
}

function faultTable({ rows, violations }: Result): string {
  const head = ['fault', 'what is promised', 'times', 'answers read', 'changes acknowledged', 'violations']
  const more = ['overtaken', 'worst', 'worst by the relay', 'Redis silent', 'answered', 'recovered after']
  const lines = rows.map((row: Row) => {
    const {
      fault,
      times,
      reads,
      writes,
      failed,
      overtaken,
      worstStaleMs,
      worstRelayMs,
      redisSilent,
      excused,
      recoveryMs,
    } = row
    const wrong = violations.filter((violation) => violation.fault === fault.name).length
    const answered = `${((1 - failed / Math.max(reads + writes + failed, 1)) * 100).toFixed(1)} %`
    return [
      ...[fault.name, fault.promise, times, number(reads), number(writes), wrong, number(overtaken), ms(worstStaleMs)],
      ...[
        ms(worstRelayMs),
        excused > 0 ? `${number(redisSilent)} (${excused} stale)` : number(redisSilent),
        answered,
        ms(Math.max(0, recoveryMs)),
      ],
    ]
  })
  return table([...head, ...more], '---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:', lines)
}

function coverage({ declared, covered, uncovered }: Result): string[] {
  const { checked, counted, answered } = covered
  const caches = declared.caches.map((cache) => [
    cache,
    number(checked.get(cache) ?? 0),
    number(counted.get(cache) ?? 0),
  ])
  const calls = (names: string[]) => names.map((name) => [name, number(answered.get(name) ?? 0)])
  const known = new Set([...declared.mutations, ...declared.queries])
  const others = [...answered.keys()].filter((name) => !known.has(name))
  return [
    '## What the history covers',
    aboutCoverage,
    ...(uncovered.length > 0 ? [`**Not covered:**`, uncovered.map((each) => `- ${each}`).join('\n')] : []),
    table(['cache', 'answers checked', 'reads counted by the processes'], '---|--:|--:', caches),
    table(['change', 'acknowledged'], '---|--:', calls([...declared.mutations, ...others])),
    table(['query', 'answered'], '---|--:', calls(declared.queries)),
  ]
}

const preface = `Callers read everything the application caches, and change everything that can be changed, at any of its processes, while one fault after another is injected. One recorder keeps what was asked and answered, in the order of one monotonic clock. Each key has one writer, and each of its values shows a version, so a check is a comparison of two numbers. Reservations have many writers: their model and the invariants of the stock are checked after each fault (G7, G8).

How long an answer may be overtaken by an acknowledged change depends on where it comes from:

| bound | | while nothing fails |
|---|---|--:|
| strict | prices, credentials, and what is read from Postgres (G4) | ${ms(boundsMs.strict)} |
| near | near caches, caches that are voided by tags, ended sessions (G4, G9), scheduled prices that come due | ${ms(boundsMs.near)} |
| outbox | changes by another client of the same Postgres (the import), and the order of lists by prices that come due (G5) | ${ms(boundsMs.outbox)} |
| ttl | figures: their tier's time and grace; nothing invalidates them | ${ms(boundsMs.ttl)} |

A near cache is granted as much more as the machine has let the recorder wait in the last second. A fault allows more only where the table says so. While Postgres or the process that holds the relay's lock is away, the relay waits, and the outbox bound is longer by that time. A change that was acknowledged under a fault keeps that fault's bound. Without any fault, a busy machine may keep Redis from answering in time (100 ms): then a change is acknowledged all the same, follows by the outbox, and may be ${ms(withoutRedisMs)} late.

A violation is an answer that was overtaken for longer; an answer older than the one that the same client got before, from the same process and entry; an answer that nobody wrote; a change that was refused without a reason; a ledger, a session list or a bulk result that does not add up; an answer of 500, because each failure has an error of its own; a process that ended by itself.

*Overtaken*: answers, bounded by strict or near, that were older than what had been acknowledged when they were asked for. *Worst*: for how long at most; *by the relay*: the same for the outbox bound. *Redis silent*: commands of the caches that Redis did not answer in time, and the answers that were stale only because of that. *Answered*: operations that got an answer other than an error within 2 s (8 s where a password is hashed). *Recovered*: from the healing to the last operation that failed, or was answered beyond its bound.`

const aboutCoverage =
  'A cache is covered if answers from it were checked against what was acknowledged, and the processes counted reads of it. A mutation is covered if it was acknowledged at least once. The test of the matrix fails for each cache and each mutation of the application that is not covered.'

const afterword = `## What is not in it

- A full disk: Postgres is made to refuse writes, which is what an application notices of it.
- The clock of the machine: only the \`Date\` of a process jumps, shifted from within by a signal.
- Lost or reordered packets: the network is a TCP proxy in front of Redis, one for each process.
- Slots that move in a Redis Cluster: [test/cache/cluster.test.ts](../test/cache/cluster.test.ts). The application itself connects to one Redis.`
