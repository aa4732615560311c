/** Changing the prices of a variant: under its lock, by a plan, written through to the cache. */
import type { Outbox, Tx } from '../platform/outbox.ts'
import type { PriceCache } from './caches.ts'
import { tooManyWindows, variantNotFound, windowTaken } from './errors.ts'
import type { Plan, Window } from './plan.ts'
import { countWindows, isWindowTaken, touchPrice } from './repository.change.ts'
import { readPrices } from './repository.prices.ts'
import { carryOut, lockVariants, type PriceKey, readWindows } from './repository.windows.ts'

/** Prices of a variant, now and to come, in all currencies and quantities. */
const mostWindows = 1_000

/**
 * Runs `work` under the lock of a variant. The cache has the new prices before this answers. Throws VARIANT_NOT_FOUND,
 * PRICE_WINDOW_TAKEN and what `work` throws.
 */
export type ChangePrices = <T>(operation: string, variantId: string, work: (tx: Tx) => Promise<T>) => Promise<T>

export function createChangePrices(outbox: Outbox, prices: PriceCache): ChangePrices {
  return async (operation, variantId, work) => {
    const locked = async (tx: Tx) => {
      const living = await lockVariants(tx, [variantId])
      if (!living.has(variantId)) throw variantNotFound()
      const result = await work(tx)
      const [now] = await readPrices(tx, [variantId])
      return { result, now }
    }
    const commit = () => outbox.commit(operation, locked)
    let committed: Awaited<ReturnType<typeof commit>> | undefined
    let isApplied = false
    try {
      await prices.write(
        variantId,
        async () => {
          committed = await commit()
          const { now } = committed.result
          return now && now.revision > 0 ? now : null // without a window there is nothing to compare later ones with
        },
        (applied) => {
          isApplied = applied
        },
      )
    } catch (error) {
      throw isWindowTaken(error) ? windowTaken() : error
    }
    // First the store, then the follow, without what is stored: it would be thrown away again, or not even be stored.
    await committed?.follow(({ topic, key }) => isApplied && topic === 'price' && key === variantId)
    return (committed as NonNullable<typeof committed>).result.result
  }
}

/** Carries out what `plan` makes of the windows of `key`, under the lock. Throws TOO_MANY_PRICES. */
export async function replan(tx: Tx, key: PriceKey, plan: (windows: Window[], at: number) => Plan): Promise<number> {
  const { at, windows } = await readWindows(tx, [key])
  const steps = plan(windows[0] as Window[], at)
  await carryOut(tx, [key], [steps])
  if (steps.add.length > 0 && (await countWindows(tx, key.variantId)) > mostWindows) throw tooManyWindows(mostWindows)
  if (steps.add.length + steps.end.length === 0 && steps.drop.length > 0) await touchPrice(tx, key.variantId)
  return at
}
