/** How long things live: one table for the whole system. All times in milliseconds. */

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** `ttlMs`: fresh for so long. `graceMs`: served for so much longer while a load fails or is under way elsewhere. */
export const tiers = {
  /** Changes with a deployment, or by hand. */
  static: { ttlMs: 24 * hour, graceMs: 24 * hour },
  /** A person's own data: changed by that person, invalidated then. */
  profile: { ttlMs: 2 * hour, graceMs: 1 * hour },
  /** Products and categories: changed by staff, invalidated then. */
  catalog: { ttlMs: 10 * minute, graceMs: 1 * hour },
  /** Lists and searches: too many to invalidate one by one, so they live briefly. */
  list: { ttlMs: 1 * minute, graceMs: 5 * minute },
  /** Figures on a dashboard. */
  realtime: { ttlMs: 30 * second, graceMs: 30 * second },
  /** What must not be older than the last acknowledged write: written through, never served past its time. */
  consistent: { ttlMs: 5 * minute, graceMs: 0 },
  /** Who somebody is: written through, bounded by the session's own end, never served past its time. */
  session: { ttlMs: 15 * minute, graceMs: 0 },
  /** What a login needs to know: for a burst of logins, and no longer. */
  credential: { ttlMs: 30 * second, graceMs: 0 },
} as const

export type Tier = keyof typeof tiers

/** "Does not exist" is remembered briefly: it shields the database from probing, and is soon put right. */
export const negativeTtlMs = 10 * second

/** The one TTL of CACHE_MODE=naive. */
export const naiveTtlMs = 1 * minute

/**
 * Takes 5–15 % off a TTL, so that what was filled together does not expire together.
 * @param random a number in [0, 1)
 */
export function withJitter(ttlMs: number, random: number): number {
  return Math.round(ttlMs * (0.95 - 0.1 * random))
}
