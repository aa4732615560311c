/** What the procedures of prices take and answer. */
import { z } from 'zod'
import { isCurrency } from '../platform/money.ts'

const variantId = z.uuid().toLowerCase()
const currency = z.string().max(3).refine(isCurrency, 'must be an ISO 4217 code such as USD')
const amountMinor = z.int().min(0).max(1_000_000_000_000_000)
const quantity = z.int().min(1).max(1_000_000)
const time = z.iso.datetime({ offset: true })

/** What a price is for: a variant, from a quantity on. */
const priceKey = { variantId, currency, minQuantity: quantity.default(1) }
const amount = {
  /** Integer minor units: cents. */
  amountMinor,
  /** What it is compared with, crossed out. Default: nothing. */
  compareAtMinor: amountMinor.optional(),
}

export const setInput = z.strictObject({
  ...priceKey,
  ...amount,
  /** What it costs as far as the caller knows; null: nothing was set yet. Refused when it is not so. Default: whatever. */
  expectedMinor: amountMinor.nullable().optional(),
})

export const scheduleInput = z
  .strictObject({
    ...priceKey,
    ...amount,
    /** When it begins, by Postgres' clock; to the millisecond. */
    from: time,
    /** When it is over. Default: never. */
    until: time.optional(),
  })
  .refine(({ from, until }) => until === undefined || Date.parse(until) > Date.parse(from), {
    path: ['until'],
    message: 'must be after from',
  })

export const cancelInput = z.strictObject({ variantId, windowId: z.uuid().toLowerCase() })

export const historyInput = z.strictObject({
  variantId,
  currency: currency.optional(),
  limit: z.int().min(1).max(100).default(20),
  /** `nextCursor` of the page before. */
  cursor: z.string().max(500).optional(),
})

export const quoteInput = z.strictObject({
  currency,
  lines: z.array(z.strictObject({ variantId, quantity })).min(1).max(100),
})

export const priceWindow = z.object({
  id: z.string(),
  variantId: z.string(),
  currency: z.string(),
  minQuantity: z.int(),
  amountMinor: z.int(),
  compareAtMinor: z.int().optional(),
  validFrom: z.iso.datetime(),
  /** null: for good. */
  validUntil: z.iso.datetime().nullable(),
  /** A window of its own, and no part of the standing price. */
  scheduled: z.boolean(),
})

export const pricePage = z.object({ items: z.array(priceWindow), nextCursor: z.string().nullable() })

const quoteLine = z.object({
  variantId: z.string(),
  quantity: z.int(),
  unitMinor: z.int(),
  compareAtMinor: z.int().optional(),
  minQuantity: z.int().describe('Of the price that was taken: by the quantity of all lines with this variant'),
  totalMinor: z.int(),
})

export const quote = z
  .object({ currency: z.string(), lines: z.array(quoteLine), totalMinor: z.int() })
  .meta({ id: 'Quote' })

export type SetInput = z.infer<typeof setInput>
export type ScheduleInput = z.infer<typeof scheduleInput>
export type CancelInput = z.infer<typeof cancelInput>
export type HistoryInput = z.infer<typeof historyInput>
export type QuoteInput = z.infer<typeof quoteInput>
export type Quote = z.infer<typeof quote>
export type PriceWindow = z.infer<typeof priceWindow>
