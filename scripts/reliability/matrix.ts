/** Every fault, while callers read and write and everything they are told is recorded. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from './faults.ts'
import { startLoad } from './load.ts'
import { createRecorder, type Violation } from './recorder.ts'
import type { Rig } from './rig.ts'

/** A row of the table: of a fault, over all times it was done. */
export interface Row {
  fault: Fault
  times: number
  reads: number
  writes: number
  failed: number
  overtaken: number
  worstStaleMs: number
  /** From the healing to the last operation that failed, or was answered with what was overtaken, ms; the longest. */
  recoveryMs: number
  reasons: Map<string, number>
}

export interface Result {
  rows: Row[]
  violations: Violation[]
  seconds: number
}

export interface MatrixOptions {
  rig: Rig
  faults: readonly Fault[]
  /** Rounds are begun until so long has passed, s; one at least. Without it, the one round leaves out what is seldom. */
  seconds?: number
  say?(line: string): void
}

const calmMs = 250
/** Nothing has gone wrong for so long: it has recovered. */
const quietMs = 600
const longestRecoveryMs = 15_000

export async function runMatrix({ rig, faults, seconds = 0, say = () => {} }: MatrixOptions): Promise<Result> {
  const started = performance.now()
  const recorder = createRecorder()
  recorder.begin('the start', 1_000)
  const load = await startLoad(rig.fleet, rig.sql, recorder)
  const rows = faults.filter(({ seldom }) => !seldom || seconds > 0).map((fault) => newRow(fault))
  let rounds = 0
  try {
    await delay(1_000)
    do {
      for (const row of rows) if (!load.broken() && (!row.fault.seldom || rounds % 10 === 0)) await suffer(row)
      rounds++
    } while (!load.broken() && performance.now() - started < seconds * 1_000)
  } finally {
    await load.end()
  }
  await load.check()
  for (const process of rig.fleet.unforeseen) recorder.violate('process', process)
  return { rows, violations: recorder.violations, seconds: (performance.now() - started) / 1_000 }

  async function suffer(row: Row): Promise<void> {
    const { fault } = row
    const chapter = recorder.begin(fault.name, fault.allowedStaleMs)
    await delay(calmMs)
    await fault.inject(rig)
    const healed = performance.now()
    do {
      await delay(50)
    } while (
      performance.now() - Math.max(healed, chapter.lastTroubleAt) < quietMs &&
      performance.now() - healed < longestRecoveryMs
    )
    await load.check()
    row.times++
    row.reads += chapter.reads
    row.writes += chapter.writes
    row.failed += chapter.failed
    row.overtaken += chapter.overtaken
    row.worstStaleMs = Math.max(row.worstStaleMs, chapter.worstStaleMs)
    row.recoveryMs = Math.max(row.recoveryMs, chapter.lastTroubleAt - healed)
    for (const [reason, count] of chapter.reasons) row.reasons.set(reason, (row.reasons.get(reason) ?? 0) + count)
    say(describeRow(row))
  }
}

const describeRow = ({ fault, reads, writes, failed, worstStaleMs, recoveryMs, reasons }: Row) =>
  `${fault.name}: ${reads} reads, ${writes} writes, ${failed} failed, worst ${Math.round(worstStaleMs)} ms, recovered in ${Math.round(recoveryMs)} ms ${[...reasons].join(' ')}`

function newRow(fault: Fault): Row {
  return {
    fault,
    times: 0,
    reads: 0,
    writes: 0,
    failed: 0,
    overtaken: 0,
    worstStaleMs: 0,
    recoveryMs: 0,
    reasons: new Map(),
  }
}
