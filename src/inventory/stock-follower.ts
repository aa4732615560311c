/** How the cache of stock follows what is decided in Postgres. Here the interface, and the least that does it. */
import type { Change, Outbox } from '../platform/outbox.ts'

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
  /**
   * Runs `commit`, and has the caches follow before it answers. Rejects with what `commit` rejects with. `variantIds`:
   * what it may change, as far as that is known before.
   */
  write<T>(variantIds: readonly string[], commit: () => Promise<Stocked<T>>): Promise<T>
  /**
   * By what is cached: the version of the variant's stock, if of that nothing can be had (at `locationId`, if given).
   * undefined if something can be, or if nothing is cached. Asks nobody who is slow. Never rejects.
   */
  soldOut(variantId: string, locationId: string | null): Promise<number | undefined>
}

/** Without a cache of its own: whoever follows the outbox does. */
export function createPlainFollower(outbox: Pick<Outbox, 'settle'>): StockFollower {
  return {
    write: async (_variantIds, commit) => {
      const { result, changes } = await commit()
      await outbox.settle(changes)
      return result
    },
    soldOut: async () => undefined,
  }
}
