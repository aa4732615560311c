/**
 * Holds the ledger against the levels, page by page. The level says what is on hand, the reservations say what is
 * reserved, and the ledger is to add up to both. It is never changed: what it lacks is added.
 */
import { z } from 'zod'
import type { Database } from '../platform/db.ts'
import type { Outbox, Tx } from '../platform/outbox.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { createLevels } from './repository.levels.ts'
import {
  type Account,
  type Balance,
  type Key,
  lockAccounts,
  type Repair,
  readAccounts,
  readKeys,
  repairAccounts,
} from './repository.reconcile.ts'
import type { Difference, ReconcileInput } from './schema.ts'

const position = z.object({ variantId: z.uuid(), locationId: z.uuid() })
const largestInteger = 2_147_483_647
const nothing: Balance = { onHand: 0, reserved: 0 }

/** Throws CURSOR_INVALID. */
export function createReconcile({ pool, measure }: Database, outbox: Outbox) {
  return async ({ variantId, repair, limit, cursor }: ReconcileInput, actor: string) => {
    const list = `reconcile ${variantId ?? ''}`
    const after = cursor === undefined ? undefined : decodeCursor(list, cursor, position)
    const keys = await measure('stock.reconcile', () => readKeys(pool, { variantId, after, limit: limit + 1 }))
    const page = keys.slice(0, limit)
    const found = (await measure('stock.reconcile', () => readAccounts(pool, page))).filter(differs)
    const differences =
      repair && found.length > 0
        ? await outbox.transaction('inventory.reconcile', (tx) => repairAll(tx, found, actor))
        : found.map((account) => tell(account, false))
    const last = keys.length > limit ? page.at(-1) : undefined
    return { checked: page.length, differences, nextCursor: last ? encodeCursor(list, last) : null }
  }
}

/**
 * Under the locks of the levels, looks again, and puts right what still differs. Reservations need no locks: whoever
 * changes one changes its levels in the same transaction, and can't while they are locked.
 */
async function repairAll(tx: Tx, found: readonly Key[], actor: string): Promise<Difference[]> {
  for (const { variantId, locationId } of found) await createLevels(tx, variantId, [locationId]) // to have something to lock
  await lockAccounts(tx, found)
  const accounts = (await readAccounts(tx, found)).filter(differs)
  const repairs = new Map(accounts.map((account) => [account, repairOf(account)]))
  const possible = [...repairs.values()].filter((repair) => repair !== undefined)
  if (possible.length > 0) await repairAccounts(tx, possible, actor)
  return accounts.map((account) => tell(account, repairs.get(account) !== undefined))
}

function differs({ level, ledger, lastMovement, reservedByReservations }: Account): boolean {
  const { onHand, reserved } = level ?? nothing
  const is = (other: Balance) => other.onHand === onHand && other.reserved === reserved
  return !is(ledger) || !is(lastMovement) || reserved !== reservedByReservations
}

/** undefined: there is none. More can't be reserved than there is, and a ledger that adds up needs no other row. */
function repairOf(account: Account): Repair | undefined {
  const { variantId, locationId, level, ledger, reservedByReservations } = account
  const { onHand, backorder } = level ?? { ...nothing, backorder: false }
  const reserved = reservedByReservations
  const [onHandDelta, reservedDelta] = [onHand - ledger.onHand, reserved - ledger.reserved]
  const fits = [reserved, onHandDelta, reservedDelta].every((value) => Math.abs(value) <= largestInteger)
  if (!fits || (reserved > onHand && !backorder)) return undefined
  if (onHandDelta === 0 && reservedDelta === 0 && level?.reserved === reserved) return undefined
  return { variantId, locationId, reserved, onHandDelta, reservedDelta }
}

function tell({ level, ...account }: Account, repaired: boolean): Difference {
  return { ...account, level: level && { onHand: level.onHand, reserved: level.reserved }, repaired }
}
