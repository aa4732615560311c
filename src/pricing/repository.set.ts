/** Setting many prices from now on, for whoever has a transaction of their own: the import, a bulk upsert. */
import type { Tx } from '../platform/outbox.ts'
import { planSet, type Window } from './plan.ts'
import { carryOut, lockVariants, type PriceKey, readWindows } from './repository.windows.ts'

export interface NewPrice extends PriceKey {
  /** undefined: stays as it is; where there is no price, none is set then. */
  amountMinor: number | undefined
  /** undefined: stays as it is. */
  compareAtMinor: number | null | undefined
}

/**
 * Sets prices from now on, but for the scheduled windows to come; leaves alone what is the same right now. Returns the
 * ids of the variants whose prices changed. Locks the variants and their products. One price a variant, currency and
 * quantity at a time.
 */
export async function setPrices(tx: Tx, prices: readonly NewPrice[]): Promise<string[]> {
  if (prices.length === 0) return []
  const living = await lockVariants(
    tx,
    prices.map(({ variantId }) => variantId),
  )
  const wanted = prices.filter(({ variantId }) => living.has(variantId))
  const { at, windows } = await readWindows(tx, wanted)
  const changes = wanted.flatMap((price, index) => {
    const there = windows[index] as Window[]
    const present = there.find(({ from, until }) => from <= at && until > at)
    const amountMinor = price.amountMinor ?? present?.amountMinor
    const compareAtMinor = price.compareAtMinor === undefined ? (present?.compareAtMinor ?? null) : price.compareAtMinor
    const isSame = present && amountMinor === present.amountMinor && compareAtMinor === present.compareAtMinor
    if (isSame || amountMinor === undefined) return []
    return { price, plan: planSet(there, at, { amountMinor, compareAtMinor }) }
  })
  await carryOut(
    tx,
    changes.map(({ price: { variantId, currency, minQuantity } }) => ({ variantId, currency, minQuantity })),
    changes.map(({ plan }) => plan),
  )
  return [...new Set(changes.map(({ price }) => price.variantId))]
}
