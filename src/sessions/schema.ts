/** What the session procedures take and answer. */
import { z } from 'zod'

/**
 * Trimmed, in small letters, ASCII only: an address with a letter that looks like another is refused, so two that look
 * alike are one. A domain in other letters is written in Punycode.
 */
export const email = z.string().max(254).trim().toLowerCase().pipe(z.email())

/** Bounded before it is hashed. Any characters; length counts code points, as a person does. */
const bounded = z.string().max(256).refine((text) => text.isWellFormed(), 'must be well-formed Unicode')
const lengthOf = (text: string) => Array.from(text).length

export const password = bounded.min(1)

/** NIST SP 800-63B, 3.1.1.2 and OWASP ASVS 5, 6.2: long enough, nothing about which characters. */
export const newPassword = bounded
  .refine((text) => lengthOf(text.normalize('NFKC')) >= 8, 'must have at least 8 characters')
  .refine((text) => lengthOf(text) <= 128, 'must have at most 128 characters')

const text = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .refine((value) => !/\p{Cc}/u.test(value), 'must not contain control characters')
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode')

/** What the person calls it. Default: what its program calls itself. */
const device = text(100).optional()

export const guestInput = z.strictObject({ device }).optional()
export const loginInput = z.strictObject({ email, password, device })
export const registerInput = z.strictObject({ email, password: newPassword, name: text(200).min(1), device })
export const changePasswordInput = z.strictObject({ password, newPassword })
export const revokeInput = z.strictObject({ id: z.uuid().toLowerCase() })

const role = z.enum(['customer', 'staff', 'admin'])

export const account = z.object({ id: z.string(), email: z.string(), name: z.string(), role })

export const opened = z.object({
  token: z.string(),
  expiresAt: z.iso.datetime(),
  /** null: a guest. */
  user: account.nullable(),
})

export const me = z.object({
  session: z.object({ id: z.string(), kind: z.enum(['guest', 'user']), expiresAt: z.iso.datetime() }),
  user: z.object({ id: z.string(), role }).nullable(),
})

export const listed = z.object({
  id: z.string(),
  device: z.string(),
  ip: z.string().nullable(),
  createdAt: z.iso.datetime(),
  /** Within some seconds. */
  lastSeenAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  current: z.boolean(),
})

export const list = z.object({ items: z.array(listed), nextCursor: z.null() })
export const revoked = z.object({ revoked: z.int() })

export type Account = z.infer<typeof account>
export type Opened = z.infer<typeof opened>
export type LoginInput = z.infer<typeof loginInput>
export type RegisterInput = z.infer<typeof registerInput>
export type ChangePasswordInput = z.infer<typeof changePasswordInput>
