/**
 * The cache of availability, one entry a variant, written through. What it says is advice: what may not be sold twice is
 * decided in Postgres.
 */
import type { Cache } from '../cache/cache.ts'
import type { Database } from '../platform/db.ts'
import type { Committed, Outbox } from '../platform/outbox.ts'
import { type Availability, readAvailability } from './repository.availability.ts'

export type StockCache = ReturnType<typeof createStockCache>

/** What was committed, and what it has made of the stock of its variants; null: not for sale. */
export interface Stocked<T> extends Committed<T> {
  stock: { variantId: string; now: Availability | null }[]
}

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
     * Runs `commit`, and has every later read, in any process, see what it changed. Rejects with what `commit` rejects
     * with. What it answers with is known under the locks of all levels of the variant, so it is the whole truth about
     * its version; two who saw but their own level would each store half of it.
     */
    changed: async <T>(commit: () => Promise<Stocked<T>>): Promise<T> => {
      const committed = Promise.withResolvers<Stocked<T>>()
      const applied = await stock.storeAfter(async () => {
        const stocked = await commit()
        committed.resolve(stocked)
        return outbox.follows ? stocked.stock.map(({ variantId, now }) => [variantId, now] as const) : []
      })
      const { result, follow } = await committed.promise
      // First the store, then the follow, without what is stored: it would be thrown away again.
      await follow(({ topic, key }) => topic === 'stock' && applied.has(key))
      return result
    },
  }
}
