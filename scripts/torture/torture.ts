/**
 * Many callers do to the stock what callers do, at random, while processes are killed. Meanwhile and in the end the
 * database is held against the invariants, in the end also against what the callers were told.
 */
import pg from 'pg'
import { createClient } from '../fleet/client.ts'
import type { Fleet } from '../fleet/fleet.ts'
import { randomFor } from '../seed/random.ts'
import { createCalls } from './calls.ts'
import { compare } from './compare.ts'
import { checkNow, describe } from './invariants.ts'
import { createModel, type Held } from './model.ts'
import { type Caller, operations } from './operations.ts'
import { createWorld } from './world.ts'

export interface TortureOptions {
  fleet: Fleet
  /** Nothing tortured in it yet. */
  databaseUrl: string
  operations: number
  callers: number
  seed: number
  /** Processes that are killed, evenly over the operations. */
  kills: number
  /** Checks under way; there is one more in the end. */
  checks: number
  say(line: string): void
}

export interface Report {
  operations: number
  seconds: number
  /** By operation, then by what came of it. */
  outcomes: Record<string, Record<string, number>>
  unanswered: number
  overloaded: number
  kills: number
  checks: number
  /** Rows in the end. */
  reservations: number
  movements: number
  violations: string[]
}

/** Ends the processes of `fleet`: nobody may be writing when it counts in the end. */
export async function torture(options: TortureOptions): Promise<Report> {
  const { fleet, seed, say } = options
  const sql = new pg.Pool({ connectionString: options.databaseUrl, max: 8 })
  const client = createClient({ sockets: options.callers * 2 })
  try {
    const world = await createWorld(sql, { variants: 40, locations: 3, backorder: 4 })
    const model = createModel()
    const known: Held[] = []
    const retries = { unanswered: 0, overloaded: 0 }
    const outcomes: Report['outcomes'] = {}
    const violations: string[] = []
    let [done, kills, checks] = [0, 0, 0]

    const check = async () => {
      const connection = await sql.connect()
      try {
        violations.push(...(await checkNow(connection)).map(describe))
        checks++
      } finally {
        connection.release()
      }
    }
    const kill = async () => {
      await fleet.killAndRestart(kills++ % fleet.bases.length)
    }
    const stops = [
      ...moments(options.operations, options.kills).map((at) => ({ at, act: kill })),
      ...moments(options.operations, options.checks).map((at) => ({ at, act: check })),
    ].toSorted((a, b) => a.at - b.at)

    async function call(number: number): Promise<void> {
      const random = randomFor(seed * 1_000 + number)
      let serial = 0
      const unique = () => `${seed}-${number}-${serial++}`
      const calls = createCalls(client, fleet, random, retries)
      const caller: Caller = { world, model, calls, random, sql, known, unique }
      const draw = drawing(random.next)
      while (done < options.operations && violations.length === 0) {
        done++
        const [name, operation] = draw()
        const outcome = await operation(caller)
        outcomes[name] = { ...outcomes[name], [outcome]: (outcomes[name]?.[outcome] ?? 0) + 1 }
      }
    }
    /** One after another, each at its moment. */
    async function interfere(): Promise<void> {
      for (const { at, act } of stops) {
        while (done < at) {
          if (violations.length > 0) return
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
        await act()
        say(
          `${done} operations, ${kills} kills, ${checks} checks, ${violations.length + model.faultCount()} violations`,
        )
      }
    }

    const started = performance.now()
    await Promise.all([interfere(), ...Array.from({ length: options.callers }, (_, number) => call(number))])
    const seconds = (performance.now() - started) / 1_000
    await fleet.stop()
    await check()
    await compare(sql, model)
    violations.push(...fleet.unforeseen)
    if (model.faultCount() > 0) violations.push(`${model.faultCount()} faults:\n${model.faults().join('\n')}`)
    return {
      operations: done,
      seconds,
      outcomes,
      ...retries,
      kills,
      checks,
      reservations: await count(sql, 'reservation'),
      movements: await count(sql, 'stock_movement'),
      violations,
    }
  } finally {
    client.close()
    await sql.end()
  }
}

const moments = (total: number, count: number) =>
  Array.from({ length: count }, (_, index) => Math.floor((total * (index + 0.5)) / count))

/** Draws operations by their shares. */
function drawing(next: () => number) {
  const sum = operations.reduce((total, [, share]) => total + share, 0)
  return () => {
    let drawn = next() * sum
    for (const [name, share, operation] of operations) {
      drawn -= share
      if (drawn < 0) return [name, operation] as const
    }
    throw new Error('unreachable')
  }
}

async function count(sql: pg.Pool, table: string): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`)
  return rows[0]?.count ?? 0
}
