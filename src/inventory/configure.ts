/** How a variant's stock is sold: beyond what there is, and what of it is not for sale. */
import type { Outbox } from '../platform/outbox.ts'
import type { StockCache } from './caches.ts'
import { backorderOwed, variantNotFound } from './errors.ts'
import { commitStock, lockedLevels } from './operations.ts'
import { lockLevels, lockVariant, setBackorder, setSafetyStock } from './repository.levels.ts'
import type { ConfigureInput } from './schema.ts'

/** Throws BACKORDER_OWED: it can't be taken back while more is reserved than there is. */
export function createConfigure(outbox: Outbox, stock: Pick<StockCache, 'changed'>) {
  return ({ variantId, backorder, safetyStock }: ConfigureInput) =>
    stock.changed(() =>
      commitStock(outbox, 'inventory.configure', variantId, async (tx) => {
        const variant = await lockVariant(tx, variantId)
        if (!variant) throw variantNotFound()
        if (safetyStock) await lockedLevels(tx, variantId, { 'safetyStock.locationId': safetyStock.locationId })
        const levels = await lockLevels(tx, variantId)
        if (backorder !== undefined && backorder !== variant.backorder) {
          if (!backorder && levels.some(({ reserved, onHand }) => reserved > onHand)) throw backorderOwed()
          await setBackorder(tx, variantId, backorder)
        }
        if (safetyStock) await setSafetyStock(tx, variantId, safetyStock.locationId, safetyStock.quantity)
        return {
          variantId,
          backorder: backorder ?? variant.backorder,
          levels: await lockLevels(tx, variantId),
        }
      }),
    )
}
