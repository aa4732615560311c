/** What the procedures for admins of users take and answer. */
import { z } from 'zod'
import { email } from './schema.ts'

const userId = z.uuid().toLowerCase()
const role = z.enum(['customer', 'staff', 'admin'])
const status = z.enum(['active', 'disabled'])

export const listInput = z
  .strictObject({
    email: email.optional(),
    role: role.optional(),
    limit: z.int().min(1).max(100).default(50),
    /** The `nextCursor` of the page before. */
    cursor: userId.optional(),
  })
  .prefault({})

export const setRoleInput = z.strictObject({ userId, role })
export const setStatusInput = z.strictObject({ userId })

export const user = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role,
  status,
  createdAt: z.iso.datetime(),
})

export const users = z.object({ items: z.array(user), nextCursor: z.string().nullable() })

export type User = z.infer<typeof user>
export type ListInput = z.infer<typeof listInput>
