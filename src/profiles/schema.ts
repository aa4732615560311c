/** What the profile procedures take and answer. */
import { z } from 'zod'

const currencies = new Set(Intl.supportedValuesOf('currency'))

/** One form for each id: it is a key of the cache. */
const userId = z.uuid().toLowerCase()
const name = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((value) => !value.includes('\0'), 'must not contain a NUL character')
const currency = z.string().refine((code) => currencies.has(code), 'must be a currency of ISO 4217, such as USD')
const locale = z
  .string()
  .max(35)
  .transform((tag, context) => {
    try {
      return Intl.getCanonicalLocales(tag)[0] ?? z.NEVER
    } catch {
      context.addIssue('must be a language tag of BCP 47, such as de-AT')
      return z.NEVER
    }
  })
const phone = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a number in the form of E.164, such as +4366012345678')

const profileFields = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  locale: z.string(),
  currency: z.string(),
  phone: z.string().nullable(),
  marketing: z.boolean().describe('Whether they want to hear of offers'),
  version: z.int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})

export const profile = profileFields.meta({ id: 'Profile' })

export type Profile = z.infer<typeof profile>

export const getInput = z.strictObject({ userId })

/** What is left out stays as it is. */
export const updateInput = z.strictObject({
  userId,
  /** The version the change is based on: another one in between is a conflict. */
  expectedVersion: z.int().min(1).max(2_147_483_647),
  name: name.optional(),
  locale: locale.optional(),
  currency: currency.optional(),
  /** null: none. */
  phone: phone.nullable().optional(),
  marketing: z.boolean().optional(),
})

export type UpdateInput = z.infer<typeof updateInput>
