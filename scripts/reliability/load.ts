/** The callers of the history, from `start` to `end`: what the matrix and the soak put the application under. */
import type pg from 'pg'
import { createClient } from '../fleet/client.ts'
import type { Fleet } from '../fleet/fleet.ts'
import { createAsk } from './ask.ts'
import { count, editProduct, read, type Stage, setPrice, visit } from './callers.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { type Buyers, createBuyers } from './reservations.ts'
import { createWorld } from './world.ts'

export interface Load {
  recorder: Recorder
  /** The stock against its invariants, now. */
  check: Buyers['check']
  /** Whether a caller has ended by an error of its own: `end` tells. */
  broken(): boolean
  /** Waits for all. Rejects with what a caller ended by. */
  end(): Promise<void>
}

/** `recorder.begin` says what the first chapter is. */
export async function startLoad(fleet: Fleet, sql: pg.Pool, recorder = createRecorder()): Promise<Load> {
  const client = createClient({ sockets: 32 })
  const world = await createWorld(sql)
  const buyers = await createBuyers(client, fleet, sql, recorder)
  let over = false
  const ended = () => over
  const ask = createAsk(client, recorder)
  const stage: Stage = { ask, recorder, world, bases: fleet.bases, token: fleet.token, ended }
  const each = (work: (stage: Stage, index: number) => Promise<void>, count: number) =>
    Array.from({ length: count }, (_, index) => work(stage, index))
  const working = Promise.all([
    ...each(read, 6),
    ...each(editProduct, world.products.length),
    ...each(setPrice, world.products.length),
    ...each(count, world.counters.length),
    ...each(visit, 2),
    ...[0, 1].map((number) => buyers.buy(number, ended)),
  ])
  working.catch(() => {
    over = true
  })
  return {
    recorder,
    check: buyers.check,
    broken: ended,
    end: async () => {
      over = true
      await working.finally(client.close)
    },
  }
}
