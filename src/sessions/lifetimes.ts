/** How long sessions live, by what they may do: at most, and unused. In seconds. */
import type { Role } from '../platform/access.ts'

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** NIST SP 800-63B, 2.2.3 for staff: 12 hours, or 30 minutes without a sign of life. */
export const lifetimes: Record<Role, { absolute: number; idle: number }> = {
  guest: { absolute: 30 * day, idle: 7 * day },
  customer: { absolute: 30 * day, idle: 7 * day },
  staff: { absolute: 12 * hour, idle: 30 * minute },
  admin: { absolute: 12 * hour, idle: 30 * minute },
}

/** Signs of life are written so often. An idle session may live for so much longer, so that none ends too early. */
export const seenEverySeconds = 10
