/** The TTL tiers: one table for the whole application. All times in milliseconds. */

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** `ttlMs`: how long a value is fresh. `graceMs`: how much longer it may be served while a load fails or runs. */
export const tiers = {
  /** Changes by a deployment or by hand. */
  static: { ttlMs: 24 * hour, graceMs: 24 * hour },
  /** A user's own data: changed by that user, and invalidated on each change. */
  profile: { ttlMs: 2 * hour, graceMs: 1 * hour },
  /** Products and categories: changed by staff, and invalidated on each change. */
  catalog: { ttlMs: 10 * minute, graceMs: 1 * hour },
  /** Lists and searches: too many to invalidate one by one, so the TTL is short. */
  list: { ttlMs: 1 * minute, graceMs: 5 * minute },
  /** Dashboard figures. */
  realtime: { ttlMs: 30 * second, graceMs: 30 * second },
  /** Values that must not be older than the last acknowledged write: written through, no grace. */
  consistent: { ttlMs: 5 * minute, graceMs: 0 },
  /** Sessions: written through, TTL limited by the session's own expiry, no grace. */
  session: { ttlMs: 15 * minute, graceMs: 0 },
  /** Credentials: cached for a burst of logins only, no grace. */
  credential: { ttlMs: 30 * second, graceMs: 0 },
} as const

export type Tier = keyof typeof tiers

/** TTL of a negative entry ("does not exist"). It protects the database from probing. */
export const negativeTtlMs = 10 * second

/** TTL of every entry with CACHE_MODE=naive. */
export const naiveTtlMs = 1 * minute

/**
 * Jitter: shortens a TTL by 5–15 %, so that entries filled together do not expire together.
 * @param random a number in [0, 1)
 */
export function withJitter(ttlMs: number, random: number): number {
  return Math.round(ttlMs * (0.95 - 0.1 * random))
}
