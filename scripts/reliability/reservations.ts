/** The inventory's torture, at the side of the history: [G7, G8] while all else fails. */
import type pg from 'pg'
import type { Client } from '../fleet/client.ts'
import { Unanswered } from '../fleet/client.ts'
import { randomFor } from '../seed/random.ts'
import { type Calls, createCalls } from '../torture/calls.ts'
import { checkNow, describe } from '../torture/invariants.ts'
import { createModel } from '../torture/model.ts'
import { type Caller, operations } from '../torture/operations.ts'
import { createWorld } from '../torture/world.ts'
import type { Recorder } from './recorder.ts'

export interface Buyers {
  /** One caller, until `ended`. */
  buy(number: number, ended: () => boolean): Promise<void>
  /** The stock, as it is now. Nobody need pause. */
  check(): Promise<void>
}

const seed = 10

export async function createBuyers(
  client: Client,
  { bases, token }: { bases: string[]; token: string },
  sql: pg.Pool,
  recorder: Recorder,
): Promise<Buyers> {
  const world = await createWorld(sql, { variants: 8, locations: 2, backorder: 1 })
  const model = createModel()
  const known: Caller['known'] = []
  let told = 0
  /** Who is told that it went wrong inside does not know whether it happened: as if nobody had answered. */
  const unsure = <A extends { error?: { data: { code: string } } }>(answer: A): A => {
    if (answer.error?.data.code === 'INTERNAL_SERVER_ERROR') throw new Unanswered('it went wrong inside')
    return answer
  }
  const asked: Client = {
    ...client,
    query: (...args) => client.query<never>(...args).then(unsure),
    mutate: (...args) => client.mutate<never>(...args).then(unsure),
  }
  return {
    buy: async (number, ended) => {
      const random = randomFor(seed + number)
      let serial = 0
      const unique = () => `history-${number}-${serial++}`
      const calls: Calls = createCalls(asked, { bases, token }, random, { unanswered: 0, overloaded: 0 })
      const caller: Caller = { world, model, calls, random, sql, known, unique }
      const usual = operations.filter(([name]) => name !== 'expire') // that one asks Postgres itself
      while (!ended()) {
        const [, , operation] = random.pick(usual)
        await operation(caller)
        await new Promise((resolve) => setTimeout(resolve, random.between(0, 40)))
      }
    },
    check: async () => {
      const connection = await sql.connect()
      try {
        for (const violation of await checkNow(connection)) recorder.violate('stock', describe(violation))
      } finally {
        connection.release()
      }
      const faults = model.faults()
      for (const fault of faults.slice(told)) recorder.violate('stock', fault)
      told = faults.length
    },
  }
}
