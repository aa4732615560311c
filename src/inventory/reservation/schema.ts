/** What the procedures of reservations take and answer. */
import { z } from 'zod'

const id = z.uuid().toLowerCase()
const ttlSeconds = z.int().min(30).max(3_600)
const quantity = z.int().min(1).max(1_000_000)

export const createInput = z.strictObject({
  lines: z
    .array(
      z.strictObject({
        variantId: id,
        locationId: id.optional().describe('Default: wherever there is some'),
        quantity,
      }),
    )
    .min(1)
    .max(50)
    .describe('All or nothing. Lines of one variant and location count as one'),
  ttlSeconds: ttlSeconds.describe('How long it is kept, s'),
  idempotencyKey: z
    .string()
    .min(1)
    .max(200)
    .refine((value) => !value.includes('\0'), 'must not contain a NUL character')
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode')
    .describe('Asked again with the same key, the answer is the same reservation'),
})

export const byIdInput = z.strictObject({ id })

/** Kept for so long from now on. */
export const extendInput = z.strictObject({ id, ttlSeconds })

export const reservation = z
  .object({
    id: z.string(),
    status: z.enum(['active', 'committed', 'released', 'expired']),
    expiresAt: z.iso.datetime(),
    lines: z
      .array(z.object({ variantId: z.string(), locationId: z.string(), quantity: z.int() }))
      .describe('Where from: a line that was asked for without a location may come from several'),
  })
  .meta({ id: 'Reservation' })

export type CreateInput = z.infer<typeof createInput>
export type ExtendInput = z.infer<typeof extendInput>
export type Reservation = z.infer<typeof reservation>
