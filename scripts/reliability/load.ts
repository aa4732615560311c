/** The callers of the history, from `startLoad` to `end`: the load of the matrix and of the soak. */
import pg from 'pg'
import { createClient } from '../fleet/client.ts'
import type { Fleet } from '../fleet/fleet.ts'
import { createAsk } from './ask.ts'
import { manageCaches } from './callers/admin.ts'
import { watchAnalytics } from './callers/analytics.ts'
import { bulkUpsert } from './callers/bulk.ts'
import { editProduct, setPrice, watchPages } from './callers/catalog.ts'
import { moveCategory, reorderCategories } from './callers/categories.ts'
import { renameFacet } from './callers/facets.ts'
import { importFile } from './callers/import.ts'
import { schedulePrices } from './callers/prices.ts'
import { editProfile } from './callers/profiles.ts'
import { renameCategory } from './callers/rename.ts'
import { type Buyers, createBuyers } from './callers/reservations.ts'
import { reserve } from './callers/reserve.ts'
import { keepAccount, visit } from './callers/sessions.ts'
import { shelve } from './callers/shelf.ts'
import { configure, count, reconcile, renameLocation } from './callers/stock.ts'
import { manageUser } from './callers/users.ts'
import { editVariants } from './callers/variants.ts'
import { type Coverage, createCoverage } from './coverage.ts'
import { watchLag } from './lag.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { read, type Stage } from './stage.ts'
import { createWorld } from './world.ts'

export interface Load {
  recorder: Recorder
  coverage: Coverage
  /** See `Stage.isQuiet`. */
  setQuiet(isQuiet: boolean): void
  /** Checks the stock against its invariants, now. */
  check: Buyers['check']
  /** Whether a caller has ended by an error of its own. `end` rejects with it. */
  isBroken(): boolean
  /** Waits for all callers. Rejects with the error of the first one that failed. */
  end(): Promise<void>
}

const readers = 10
/** Callers that there is one of. */
const single = [
  ...[moveCategory, reorderCategories, renameFacet, editVariants, bulkUpsert, importFile, schedulePrices],
  ...[editProfile, keepAccount, manageUser, configure, renameLocation, reconcile, reserve, manageCaches],
]

/** The caller begins the first chapter of `recorder`. */
export async function startLoad(
  fleet: Fleet,
  sql: pg.Pool,
  recorder = createRecorder(undefined, watchLag()),
): Promise<Load> {
  const client = createClient({ sockets: 64 })
  const importer = new pg.Pool({ ...sql.options, max: 1, application_name: 'import' })
  importer.on('error', () => {}) // the import that needs the connection fails
  const world = await createWorld(sql)
  const buyers = await createBuyers(client, fleet, sql, recorder)
  let over = false
  let quiet = false
  const ended = () => over
  const stage: Stage = {
    ...{ recorder, world, sql, importer, ended, isQuiet: () => quiet },
    ...{
      ask: createAsk(client, recorder),
      bases: fleet.bases,
      staff: fleet.token,
      admin: world.admin,
      readers: [],
      quietReaders: [],
    },
  }
  const each = (work: (stage: Stage, index: number) => Promise<void>, count: number) =>
    Array.from({ length: count }, (_, index) => work(stage, index))
  watchPages(stage)
  watchAnalytics(stage)
  const all = Promise.all([
    ...each(read, readers),
    ...each(editProduct, world.products.length),
    ...each(setPrice, world.products.length),
    ...each(count, world.counters.length),
    ...each(visit, 2),
    ...each(shelve, 2),
    ...each(renameCategory, 2),
    ...single.flatMap((work) => each(work, 1)),
    ...[0, 1].map((number) => buyers.buy(number, stage)),
  ])
  all.catch(() => {
    over = true
  })
  return {
    recorder,
    coverage: createCoverage(fleet.bases, recorder.counts),
    setQuiet: (isQuiet) => {
      quiet = isQuiet
    },
    check: buyers.check,
    isBroken: ended,
    end: async () => {
      over = true
      await all.finally(() => {
        client.close()
        return importer.end()
      })
    },
  }
}
