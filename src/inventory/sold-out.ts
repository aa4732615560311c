/**
 * Once it is sold out, whoever asks for it is answered from the cache, and Postgres is not asked. But for those who ask
 * again: a buyer whose answer was lost must get the reservation that was made, and not hear that there is nothing left.
 * So the keys of the reservations that took it are read, once per version of its stock: as long as the version stays,
 * nobody takes any more.
 */
import { LRUCache } from 'lru-cache'
import type { StockCache } from './caches.ts'

export interface SoldOut {
  /** Whether it may be said from the cache that nothing can be had for whoever has this idempotency key. */
  covers(variantId: string, locationId: string | null, idempotencyKey: string): Promise<boolean>
}

/**
 * The idempotency keys of those who have reserved of a variant lately, committed ones included; null if they are too
 * many.
 */
export type ReadKeys = (variantId: string) => Promise<string[] | null>

interface Taken {
  version: number
  keys: Promise<ReadonlySet<string> | null>
}

const mostVariants = 200

export function createSoldOut(stock: Pick<StockCache, 'soldOut' | 'peek'>, readKeys: ReadKeys): SoldOut {
  const taken = new LRUCache<string, Taken>({ max: mostVariants })

  const keysOf = (variantId: string, version: number) => {
    const known = taken.get(variantId)
    if (known?.version === version) return known.keys
    const keys = readKeys(variantId).then((some) => some && new Set(some))
    taken.set(variantId, { version, keys })
    keys.catch(() => taken.delete(variantId)) // whoever waits for it hears of it; the next one asks again
    return keys
  }

  return {
    covers: async (variantId, locationId, idempotencyKey) => {
      const version = stock.soldOut(variantId, locationId ?? undefined) && stock.peek(variantId)?.version
      if (!version) return false
      const keys = await keysOf(variantId, version)
      return keys !== null && !keys.has(idempotencyKey)
    },
  }
}
