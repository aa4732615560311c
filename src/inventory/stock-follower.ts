/** How the cache of stock follows what is decided in Postgres about reservations. */
import type { Change, Committed, Outbox } from '../platform/outbox.ts'

export interface StockLevel {
  locationId: string
  onHand: number
  reserved: number
  safetyStock: number
  backorder: boolean
  version: number
}

/** A variant's levels at all locations, read under their locks. */
export interface VariantStock {
  variantId: string
  levels: StockLevel[]
}

/** What a statement that is committed came to. */
export interface Stocked<T> {
  result: T
  /** The variants whose stock it changed, as it is now. */
  stock: VariantStock[]
  /** The outbox's rows of it. */
  changes: Change[]
}

export interface StockFollower {
  /** Runs `commit`, and has the caches follow before it answers. Rejects with what `commit` rejects with. */
  write<T>(commit: () => Promise<Stocked<T>>): Promise<T>
  /**
   * By what is cached: the version of the variant's stock, if of that nothing can be had (at `locationId`, if given).
   * undefined if something can be, or if this process does not know at once.
   */
  soldOut(variantId: string, locationId: string | null): number | undefined
}

/** Without a cache of its own: whoever follows the outbox does. */
export function createPlainFollower(outbox: Pick<Outbox, 'settle'>): StockFollower {
  return {
    write: async (commit) => {
      const { result, changes } = await commit()
      await outbox.settle(changes)
      return result
    },
    soldOut: () => undefined,
  }
}

/** What is needed of a cache of stock that is written through. */
export interface WrittenStock {
  /** What this process has at hand. */
  peek(variantId: string): { version: number } | null | undefined
  soldOut(variantId: string, locationId?: string): boolean | undefined
  /** Runs `commit`, and has every later read of `variantIds` see it. */
  written<T>(variantIds: readonly string[], commit: () => Promise<Committed<T>>): Promise<T>
}

/**
 * Written through once it is committed, and only what has changed: most who come when it is sold out change nothing, and
 * must not make every process forget that it is. What is cached is not bound before the commit, then; should the
 * process die in between, the relay has the outbox's rows within a second, which is sooner than the horizon.
 */
export function createCachedFollower(stock: WrittenStock, outbox: Pick<Outbox, 'settle'>): StockFollower {
  return {
    write: async (commit) => {
      const { result, stock: changed, changes } = await commit()
      const ids = changed.map(({ variantId }) => variantId)
      return stock.written(ids, async () => ({ result, follow: (done) => outbox.settle(changes, done) }))
    },
    soldOut: (variantId, locationId) =>
      stock.soldOut(variantId, locationId ?? undefined) ? stock.peek(variantId)?.version : undefined,
  }
}
