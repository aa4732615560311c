/** What staff do with stock: receive, take back, adjust, transfer. Decided under the locks of the levels. */
import type { Outbox, Tx } from '../platform/outbox.ts'
import type { StockCache, Stocked } from './caches.ts'
import { belowReserved, belowZero, locationNotFound, notEnough, tooHigh, variantNotFound } from './errors.ts'
import { once } from './once.ts'
import { readAvailability } from './repository.availability.ts'
import {
  createLevels,
  isVariant,
  type LockedLevel,
  lockLevels,
  lockVariant,
  type Move,
  moveStock,
} from './repository.levels.ts'
import { type AdjustInput, type Level, mostOnHand, type ReceiveInput, type TransferInput } from './schema.ts'

export interface OperationDeps {
  outbox: Outbox
  stock: Pick<StockCache, 'changed'>
}

export type Operations = ReturnType<typeof createOperations>

export function createOperations({ outbox, stock }: OperationDeps) {
  /** In one transaction, once for its key; the cache has it before this answers. */
  const run = <T>(
    operation: string,
    input: { variantId: string; idempotencyKey: string },
    work: (tx: Tx) => Promise<T>,
  ) =>
    stock.changed(() =>
      commitStock(outbox, operation, input.variantId, (tx) => once(tx, operation, input, () => work(tx))),
    )

  const arrive = (operation: string, kind: 'receipt' | 'return') => (input: ReceiveInput, actor: string) =>
    run(operation, input, async (tx): Promise<Level> => {
      const { variantId, locationId, quantity, ...why } = input
      const [level] = await lockedLevels(tx, variantId, { locationId })
      return move(tx, level as LockedLevel, { locationId, kind, delta: quantity }, { ...why, actor })
    })

  return {
    receive: arrive('inventory.receive', 'receipt'),
    returnItems: arrive('inventory.returnItems', 'return'),

    /** Throws STOCK_BELOW_RESERVED, STOCK_BELOW_ZERO, STOCK_TOO_HIGH. What was counted as it is changes nothing. */
    adjust: (input: AdjustInput, actor: string) =>
      run('inventory.adjust', input, async (tx): Promise<Level> => {
        const { variantId, locationId, ...why } = input
        const [level] = (await lockedLevels(tx, variantId, { locationId })) as [LockedLevel]
        const delta = input.delta ?? (input.setTo as number) - level.onHand
        return move(tx, level, { locationId, kind: 'adjust', delta }, { ...why, actor })
      }),

    /** What is reserved stays where it is. Throws STOCK_NOT_ENOUGH, STOCK_TOO_HIGH. */
    transfer: (input: TransferInput, actor: string) =>
      run('inventory.transfer', input, async (tx): Promise<{ from: Level; to: Level }> => {
        const { variantId, fromLocationId, toLocationId, quantity, ...why } = input
        const [from, to] = (await lockedLevels(tx, variantId, { fromLocationId, toLocationId })) as LockedLevel[]
        if (!from || !to) throw locationNotFound()
        const free = Math.max(0, from.onHand - from.reserved)
        if (free < quantity) throw notEnough(free)
        check(to, quantity)
        const moves: Move[] = [
          { locationId: fromLocationId, kind: 'transfer_out', delta: -quantity },
          { locationId: toLocationId, kind: 'transfer_in', delta: quantity },
        ]
        const [left, right] = await moveStock(tx, variantId, moves, { ...why, actor })
        return { from: left as Level, to: right as Level }
      }),
  }
}

/** The same, and what became of the variant's stock. `work` is to lock all of its levels, if it changes any. */
export async function commitStock<T>(
  outbox: Outbox,
  operation: string,
  variantId: string,
  work: (tx: Tx) => Promise<T>,
): Promise<Stocked<T>> {
  const { result, follow } = await outbox.commit(operation, async (tx) => {
    const done = await work(tx)
    const [now = null] = await readAvailability(tx, [variantId])
    return { done, now }
  })
  return { result: result.done, stock: [{ variantId, now: result.now }], follow }
}

/**
 * Locks all levels of a variant, creates those that are missing, and answers with those asked for. Throws
 * VARIANT_NOT_FOUND, LOCATION_NOT_FOUND with the field.
 */
export async function lockedLevels(tx: Tx, variantId: string, fields: Record<string, string>): Promise<LockedLevel[]> {
  const ids = Object.values(fields)
  let levels = await lockLevels(tx, variantId)
  if (!ids.every((id) => levels.some(({ locationId }) => locationId === id))) {
    if (levels.length === 0) await lockVariant(tx, variantId) // so that two who create its first ones see each other's
    await createLevels(tx, variantId, ids)
    levels = await lockLevels(tx, variantId)
  }
  return Promise.all(
    Object.entries(fields).map(async ([field, id]) => {
      const level = levels.find(({ locationId }) => locationId === id)
      if (level) return level
      throw (await isVariant(tx, variantId)) ? locationNotFound(field) : variantNotFound()
    }),
  )
}

async function move(tx: Tx, level: LockedLevel, step: Move, why: Parameters<typeof moveStock>[3]): Promise<Level> {
  check(level, step.delta)
  const { backorder, ...unchanged } = level
  if (step.delta === 0) return unchanged
  const [moved] = await moveStock(tx, level.variantId, [step], why)
  return moved as Level
}

/** The same as Postgres' CHECKs, which hold whoever writes; here they have names. */
function check({ onHand, reserved, backorder }: LockedLevel, delta: number): void {
  const after = onHand + delta
  if (after < 0) throw belowZero(onHand)
  if (delta < 0 && after < reserved && !backorder) throw belowReserved(reserved)
  if (delta > 0 && after > mostOnHand) throw tooHigh(mostOnHand)
}
