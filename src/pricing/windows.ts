/** What staff do with prices: set, schedule, cancel, look back. */
import type { Database } from '../platform/db.ts'
import type { Tx } from '../platform/outbox.ts'
import { type ChangePrices, replan } from './change.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { priceChanged, variantNotFound, windowBegun, windowNotFound, windowOutOfRange, windowTaken } from './errors.ts'
import { planCancel, planSchedule, planSet } from './plan.ts'
import { windowIdAt } from './repository.change.ts'
import { type HistoryRow, readHistory } from './repository.history.ts'
import type { CancelInput, HistoryInput, PriceWindow, ScheduleInput, SetInput } from './schema.ts'

/** How far ahead a window may lie, µs: two years. */
const horizon = 2 * 366 * 24 * 60 * 60 * 1_000_000

export function createPriceWindows(change: ChangePrices, { pool, measure }: Database) {
  return {
    /**
     * Valid from now until the next scheduled window, and after it again. Answers with the window that is valid now.
     * Throws PRICE_CHANGED.
     */
    set: ({ compareAtMinor, amountMinor, expectedMinor, ...key }: SetInput): Promise<PriceWindow> =>
      change('price.set', key.variantId, async (tx) => {
        const amount = { amountMinor, compareAtMinor: compareAtMinor ?? null }
        const at = await replan(tx, key, (windows, now) => {
          const present = windows.find(({ from, until }) => from <= now && now < until)?.amountMinor
          if (expectedMinor !== undefined && expectedMinor !== (present ?? null)) throw priceChanged(present)
          return planSet(windows, now, amount)
        })
        return windowOf(tx, key.variantId, await windowIdAt(tx, key, at))
      }),

    /** Throws PRICE_WINDOW_TAKEN, PRICE_WINDOW_OUT_OF_RANGE. */
    schedule: (input: ScheduleInput): Promise<PriceWindow> => {
      const { compareAtMinor, amountMinor, from: begin, until: end, ...key } = input
      const [from, until] = [Date.parse(begin) * 1_000, end === undefined ? Infinity : Date.parse(end) * 1_000]
      const window = { from, until, amountMinor, compareAtMinor: compareAtMinor ?? null, scheduled: true }
      return change('price.schedule', key.variantId, async (tx) => {
        await replan(tx, key, (windows, now) => {
          if (from <= now) throw windowOutOfRange('from', 'must be in the future')
          if (from > now + horizon) throw windowOutOfRange('from', 'must be within two years')
          if (until < Infinity && until > now + horizon) throw windowOutOfRange('until', 'must be within two years')
          return planSchedule(windows, now, window) ?? fail(windowTaken())
        })
        return windowOf(tx, key.variantId, await windowIdAt(tx, key, from))
      })
    },

    /** Answers with the window that is no more. Throws PRICE_WINDOW_NOT_FOUND, PRICE_WINDOW_BEGUN. */
    cancel: ({ variantId, windowId }: CancelInput): Promise<PriceWindow> =>
      change('price.cancel', variantId, async (tx) => {
        const window = await windowOf(tx, variantId, windowId)
        await replan(tx, window, (windows, now) => {
          if (window.from <= now) throw windowBegun()
          if (!window.scheduled) throw windowNotFound()
          return planCancel(windows, now, windowId)
        })
        return window
      }),

    /** Newest first, those to come included. Throws VARIANT_NOT_FOUND, CURSOR_INVALID. */
    history: async ({ variantId, currency, limit, cursor }: HistoryInput) => {
      const list = `${variantId} ${currency ?? ''}`
      const after = cursor === undefined ? undefined : decodeCursor(list, cursor)
      const rows = await measure('price.history', () =>
        readHistory(pool, { variantId, currency, after, limit: limit + 1 }),
      )
      const items = (rows ?? fail(variantNotFound())).slice(0, limit)
      const last = items.at(-1)
      return { items, nextCursor: last && rows && rows.length > limit ? encodeCursor(list, last) : null }
    },
  }
}

/** Throws PRICE_WINDOW_NOT_FOUND. */
async function windowOf(tx: Tx, variantId: string, id: string): Promise<HistoryRow> {
  const [window] = (await readHistory(tx, { variantId, id, limit: 1 })) ?? []
  return window ?? fail(windowNotFound())
}

function fail(error: Error): never {
  throw error
}
