/** The torture of the inventory, beside the history: reservations and stock movements, checked against a model (G7, G8). */
import type pg from 'pg'
import { type Answer, type Client, Unanswered } from '../../fleet/client.ts'
import { randomFor } from '../../seed/random.ts'
import { type Calls, createCalls } from '../../torture/calls.ts'
import { checkNow, describe } from '../../torture/invariants.ts'
import { createModel } from '../../torture/model.ts'
import { type Caller, operations } from '../../torture/operations.ts'
import { createWorld } from '../../torture/world.ts'
import type { Recorder } from '../recorder.ts'
import { rest, type Stage } from '../stage.ts'

export interface Buyers {
  /** Runs one caller until the history has ended. */
  buy(number: number, stage: Pick<Stage, 'isQuiet' | 'ended'>): Promise<void>
  /** Checks the stock against its invariants while callers go on. */
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
  /** After a failure inside, nobody knows whether it happened: the same as no answer. */
  const checked = async <T>(procedure: string, asking: Promise<Answer<T>>): Promise<Answer<T>> => {
    const answer = await asking
    if (answer.error?.data.code === 'INTERNAL_SERVER_ERROR') throw new Unanswered('it failed inside')
    if (answer.result) recorder.answered(procedure)
    return answer
  }
  const asked: Client = {
    ...client,
    query: <T>(...args: Parameters<Client['query']>) => checked(args[1], client.query<T>(...args)),
    mutate: <T>(...args: Parameters<Client['mutate']>) => checked(args[1], client.mutate<T>(...args)),
  }
  return {
    buy: async (number, stage) => {
      const random = randomFor(seed + number)
      let serial = 0
      const unique = () => `history-${number}-${serial++}`
      const calls: Calls = createCalls(asked, { bases, token }, random, { unanswered: 0, overloaded: 0 })
      const caller: Caller = { world, model, calls, random, sql, known, unique }
      const usual = operations.filter(([name]) => name !== 'expire') // it goes to Postgres itself
      while (!stage.ended()) {
        const [, , operation] = random.pick(usual)
        await operation(caller)
        await rest(stage, 60)
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
