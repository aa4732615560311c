/**
 * The cache of availability, one entry a variant, written through. What it says is advice: what may not be sold twice is
 * decided in Postgres.
 */
import type { Cache } from '../cache/cache.ts'
import type { Database } from '../platform/db.ts'
import type { Committed, Outbox } from '../platform/outbox.ts'
import { type Availability, readAvailability } from './repository.availability.ts'

export type StockCache = ReturnType<typeof createStockCache>

export interface StockCacheDeps {
  cache: Cache
  db: Database
  outbox: Pick<Outbox, 'follows'>
}

export function createStockCache({ cache, db: { pool, measure }, outbox }: StockCacheDeps) {
  const read = (ids: readonly string[]) => measure('stock.availability', () => readAvailability(pool, ids))
  const stock = cache.writeThrough<string, Availability>('stock', {
    tier: 'consistent',
    near: true,
    key: (variantId) => variantId,
    load: async (variantId) => (await read([variantId]))[0] ?? null,
    loadMany: read,
    version: ({ version }) => version,
    dependsOn: ['stock_level', 'variant', 'location', 'product'],
    fromKey: (variantId) => variantId,
  })
  const looking = new Set<string>()

  /** So that the near cache knows next time; one at a time for a variant. */
  function look(variantId: string): void {
    if (looking.has(variantId) || cache.breakerState() !== 'closed') return
    looking.add(variantId)
    const done = () => void looking.delete(variantId)
    stock.get(variantId).then(done, done)
  }

  return {
    peek: stock.peek,
    get: stock.get,
    getMany: stock.getMany,
    invalidate: stock.invalidate,
    clear: stock.clear,

    /**
     * Whether nothing of a variant can be bought (at a location), as far as this process knows at once; undefined: it
     * does not know, and is finding out. Never waits, and costs Postgres nothing while any cache knows.
     */
    soldOut: (variantId: string, locationId?: string): boolean | undefined => {
      const known = stock.peek(variantId)
      if (known === undefined) look(variantId)
      if (!known) return undefined
      if (known.backorder) return false
      if (locationId === undefined) return known.available === 0
      return !known.locations.some((at) => at.locationId === locationId && at.available > 0)
    },

    /**
     * Commits a change of the stock of `variantIds`, and has every later read, in any process, see it. Rejects with what
     * `commit` rejects with. What is stored is read after the commit: two who change two levels of a variant at once
     * don't see each other before it, and neither would know the whole.
     */
    written: async <T>(variantIds: readonly string[], commit: () => Promise<Committed<T>>): Promise<T> => {
      const ids = [...new Set(variantIds)].sort()
      if (!outbox.follows || ids.length === 0) return answered(await commit())
      const taken = new Set<string>()
      let waiting = ids.length
      const decided = Promise.withResolvers<Map<string, Availability | null>>()
      decided.promise.catch(() => {}) // each who waits gets the error
      let committed: Committed<T> | undefined
      const decide = async () => {
        committed = await commit()
        const values = await read(ids).catch(() => []) // it is committed all the same: then the entries are removed
        return new Map(ids.map((id, index) => [id, values[index] ?? null]))
      }
      const bound = () => {
        if (--waiting === 0) decide().then(decided.resolve, decided.reject)
        return decided.promise
      }
      const write = (id: string) =>
        stock.write(
          id,
          async () => (await bound()).get(id) ?? null,
          (is) => void (is && taken.add(id)),
        )
      await Promise.all(ids.map(write))
      return answered(committed as Committed<T> | undefined, taken)
    },
  }
}

/** First the store, then the follow, without what is stored: it would be thrown away again. */
async function answered<T>(committed: Committed<T> | undefined, taken: ReadonlySet<string> = new Set()): Promise<T> {
  await committed?.follow(({ topic, key }) => topic === 'stock' && taken.has(key))
  return (committed as Committed<T>).result
}
