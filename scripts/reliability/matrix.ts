/** Injects every fault in turn while callers read and write, and every answer is recorded and checked. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Covered, type Declared, declaredBy, uncovered } from './coverage.ts'
import type { Fault } from './faults.ts'
import { watchLag } from './lag.ts'
import { startLoad } from './load.ts'
import { createRecorder, type Violation } from './recorder.ts'
import type { Rig } from './rig.ts'

/** A row of the table: a fault, over all times it was injected. */
export interface Row {
  fault: Fault
  times: number
  reads: number
  writes: number
  failed: number
  overtaken: number
  worstStaleMs: number
  worstRelayMs: number
  /** Longest time from the healing to the last operation that failed or got an answer that was overtaken, ms. */
  recoveryMs: number
  /** Commands that Redis did not answer in time. */
  redisSilent: number
  /** Answers that were stale because of it. */
  excused: number
  reasons: Map<string, number>
}

export interface Result {
  rows: Row[]
  violations: Violation[]
  seconds: number
  declared: Declared
  covered: Covered
  /** Declared caches and mutations that the history did not cover. */
  uncovered: string[]
}

export interface MatrixOptions {
  rig: Rig
  faults: readonly Fault[]
  /** New rounds begin until this has passed, s; at least one. Without it, the only round leaves out what is seldom. */
  seconds?: number
  say?(line: string): void
  /** After the last round, callers go on without faults until everything is covered, for so long at most, ms. Default 20,000. */
  coverMs?: number
  /** Maximum wait for the recovery after a fault, ms. Default 15,000. */
  recoverMs?: number
}

const maxWarmUpMs = 10_000
const calmMs = 150
/** Without trouble for this long, it has recovered. */
const quietMs = 400

export async function runMatrix({
  rig,
  faults,
  seconds = 0,
  say = () => {},
  coverMs = 20_000,
  recoverMs = 15_000,
}: MatrixOptions): Promise<Result> {
  const started = performance.now()
  const passed = () => (performance.now() - started) / 1_000
  const recorder = createRecorder(undefined, watchLag())
  recorder.begin('the start', { allowedStaleMs: 1_000 })
  const declared = await declaredBy({ DATABASE_URL: rig.postgres.url, REDIS_URL: rig.redis.url() })
  const load = await startLoad(rig.fleet, rig.sql, recorder)
  const rows = faults.filter(({ seldom }) => !seldom || seconds > 0).map((fault) => newRow(fault))
  let rounds = 0
  /** Commands that Redis did not answer in time, in the latest chapter. */
  let redisSilent = 0
  try {
    await warmUp()
    do {
      for (const row of rows) if (!load.isBroken() && (!row.fault.seldom || rounds % 10 === 0)) await suffer(row)
      rounds++
    } while (!load.isBroken() && passed() < seconds)
    recorder.begin('the end', { allowedStaleMs: 0 })
    await cover()
    recorder.settle(redisSilent === 0)
  } finally {
    await load.end()
  }
  await load.check()
  const { covered } = load.coverage
  for (const process of rig.fleet.unforeseen) recorder.violate('process', process)
  const { violations } = recorder
  return { rows, violations, seconds: passed(), declared, covered, uncovered: uncovered(declared, covered) }

  /** Processes that have just begun answer late, and don't hear Redis in time: that is no fault. */
  async function warmUp(): Promise<void> {
    const until = performance.now() + maxWarmUpMs
    do {
      recorder.begin('the start', { allowedStaleMs: 1_000 })
      await delay(1_000)
    } while (((await load.coverage.collect()) > 0 || recorder.chapter().failed > 0) && performance.now() < until)
  }

  async function cover(): Promise<void> {
    const until = performance.now() + coverMs
    for (;;) {
      redisSilent += await load.coverage.collect()
      if (uncovered(declared, load.coverage.covered).length === 0 || load.isBroken()) return
      if (performance.now() > until) return
      await delay(200)
    }
  }

  async function suffer(row: Row): Promise<void> {
    const { fault } = row
    const silentBefore = redisSilent
    const chapter = recorder.begin(fault.name, fault)
    load.setQuiet(fault.quiet ?? false)
    await delay(calmMs)
    await fault.inject(rig)
    const healed = performance.now()
    do {
      await delay(50)
    } while (
      performance.now() - Math.max(healed, chapter.lastTroubleAt) < quietMs &&
      performance.now() - healed < recoverMs
    )
    load.setQuiet(false)
    await load.check()
    redisSilent = await load.coverage.collect()
    row.redisSilent += redisSilent
    row.excused += recorder.settle(silentBefore + redisSilent === 0)
    row.times++
    row.reads += chapter.reads
    row.writes += chapter.writes
    row.failed += chapter.failed
    row.overtaken += chapter.overtaken
    row.worstStaleMs = Math.max(row.worstStaleMs, chapter.worstStaleMs)
    row.worstRelayMs = Math.max(row.worstRelayMs, chapter.worstRelayMs)
    row.recoveryMs = Math.max(row.recoveryMs, chapter.lastTroubleAt - healed)
    for (const [reason, count] of chapter.reasons) row.reasons.set(reason, (row.reasons.get(reason) ?? 0) + count)
    say(describeRow(row))
  }
}

const describeRow = (row: Row) => {
  const { fault, reads, writes, failed, worstStaleMs, worstRelayMs, recoveryMs, redisSilent, excused, reasons } = row
  const worst = `worst ${Math.round(worstStaleMs)} ms, by the relay ${Math.round(worstRelayMs)} ms`
  const counts = `${reads} reads, ${writes} writes, ${failed} failed, ${redisSilent} unanswered by Redis (${excused} stale)`
  return `${fault.name}: ${counts}, ${worst}, recovered in ${Math.round(recoveryMs)} ms ${[...reasons].join(' ')}`
}

function newRow(fault: Fault): Row {
  return {
    fault,
    times: 0,
    reads: 0,
    writes: 0,
    failed: 0,
    overtaken: 0,
    worstStaleMs: 0,
    worstRelayMs: 0,
    redisSilent: 0,
    excused: 0,
    recoveryMs: 0,
    reasons: new Map(),
  }
}
