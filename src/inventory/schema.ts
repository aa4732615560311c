/** What the procedures of stock take and answer. */
import { z } from 'zod'

/** Postgres cannot store a NUL character, nor half a character. */
const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => !value.includes('\0'), 'must not contain a NUL character')
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode')

/** As much as there can be of a variant at a location. */
export const mostOnHand = 1_000_000_000

export const variantId = z.uuid().toLowerCase()
const locationId = z.uuid().toLowerCase()
const quantity = z.int().min(1).max(mostOnHand)
export const idempotencyKey = text(200)
const why = {
  /** In words. */
  reason: text(500).optional(),
  /** What it belongs to: a delivery note, an order. */
  reference: text(200).optional(),
}

export const receiveInput = z.strictObject({ variantId, locationId, quantity, ...why, idempotencyKey })

export const adjustInput = z
  .strictObject({
    variantId,
    locationId,
    /** So many more, or fewer. */
    delta: z
      .int()
      .min(-mostOnHand)
      .max(mostOnHand)
      .refine((delta) => delta !== 0, 'must not be 0')
      .optional(),
    /** So many were counted. */
    setTo: z.int().min(0).max(mostOnHand).optional(),
    ...why,
    reason: text(500),
    idempotencyKey,
  })
  .refine(({ delta, setTo }) => (delta === undefined) !== (setTo === undefined), {
    path: ['delta'],
    message: 'either delta or setTo must be given',
  })

export const transferInput = z
  .strictObject({
    variantId,
    fromLocationId: locationId,
    toLocationId: locationId,
    quantity,
    ...why,
    idempotencyKey,
  })
  .refine(({ fromLocationId, toLocationId }) => fromLocationId !== toLocationId, {
    path: ['toLocationId'],
    message: 'must be another location',
  })

export const configureInput = z
  .strictObject({
    variantId,
    /** Whether more may be sold than there is. */
    backorder: z.boolean().optional(),
    /** What is not for sale, at a location. */
    safetyStock: z.strictObject({ locationId, quantity: z.int().min(0).max(mostOnHand) }).optional(),
  })
  .refine(({ backorder, safetyStock }) => backorder !== undefined || safetyStock !== undefined, {
    path: ['backorder'],
    message: 'backorder or safetyStock must be given',
  })

export const movementsInput = z.strictObject({
  variantId,
  locationId: locationId.optional(),
  limit: z.int().min(1).max(100).default(20),
  /** `nextCursor` of the page before. */
  cursor: z.string().max(500).optional(),
})

export const reconcileInput = z.strictObject({
  /** Only this variant. */
  variantId: variantId.optional(),
  /** Put right what differs. Default: only tell. */
  repair: z.boolean().default(false),
  /** How many levels to look at. */
  limit: z.int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional(),
})

export const availabilityInput = z.strictObject({ variantIds: z.array(variantId).min(1).max(100) })

export const availabilityOfInput = z.strictObject({ variantId })

export const locationInput = z.strictObject({
  code: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'must be a code: a-z, 0-9, _ and -'),
  title: text(255),
})

export const location = z.object({ id: z.string(), code: z.string(), title: z.string() })

export const level = z.object({
  variantId: z.string(),
  locationId: z.string(),
  onHand: z.int(),
  reserved: z.int(),
  safetyStock: z.int(),
  /** Rises with each change. */
  version: z.int(),
})

export const transferred = z.object({ from: level, to: level })

export const configured = z.object({ variantId: z.string(), backorder: z.boolean(), levels: z.array(level) })

export const movement = z.object({
  id: z.string(),
  variantId: z.string(),
  locationId: z.string(),
  kind: z.enum([
    ...(['receipt', 'adjust', 'transfer_out', 'transfer_in', 'return'] as const),
    ...(['reserve', 'release', 'expire', 'commit'] as const),
  ]),
  onHandDelta: z.int(),
  reservedDelta: z.int(),
  onHandAfter: z.int(),
  reservedAfter: z.int(),
  version: z.int(),
  reason: z.string().nullable(),
  reference: z.string().nullable(),
  actor: z.string().nullable(),
  createdAt: z.iso.datetime(),
})

export const movementPage = z.object({ items: z.array(movement), nextCursor: z.string().nullable() })

const balance = z.object({ onHand: z.int(), reserved: z.int() })

export const difference = z.object({
  variantId: z.string(),
  locationId: z.string(),
  /** null: the level is gone. */
  level: balance.nullable(),
  /** What there was before the first movement, and all movements since. */
  ledger: balance,
  /** As the last movement says. */
  lastMovement: balance,
  /** By the reservations that are active. */
  reservedByReservations: z.int(),
  /** false: not asked for, or not possible: more is reserved than there is. */
  repaired: z.boolean(),
})

export const reconciliation = z.object({
  /** Levels that were looked at. */
  checked: z.int(),
  differences: z.array(difference),
  nextCursor: z.string().nullable(),
})

export const availability = z
  .object({
    variantId: z.string(),
    available: z.int().describe('What can be bought now, at all locations'),
    backorder: z.boolean().describe('More than that can be bought, too'),
    locations: z.array(z.object({ locationId: z.string(), code: z.string(), available: z.int() })),
  })
  .meta({ id: 'Availability' })

export type ReceiveInput = z.infer<typeof receiveInput>
export type AdjustInput = z.infer<typeof adjustInput>
export type TransferInput = z.infer<typeof transferInput>
export type ConfigureInput = z.infer<typeof configureInput>
export type MovementsInput = z.infer<typeof movementsInput>
export type ReconcileInput = z.infer<typeof reconcileInput>
export type Level = z.infer<typeof level>
export type Movement = z.infer<typeof movement>
export type Difference = z.infer<typeof difference>
