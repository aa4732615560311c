/** When product number i was made: a shop that opened two years before a fixed day and has grown faster ever since. */

/** The seed knows no "now": what it makes is the same on every day. */
const opened = Date.UTC(2024, 10, 1)
const lastDay = Date.UTC(2026, 10, 1)

/** The most products there can be. */
export const mostProducts = 1_000_000

const steepness = 10
const span = Math.log(1 + mostProducts / steepness)

/**
 * Milliseconds since 1970, strictly increasing with `index` (by 5 s or more). The logarithm spreads a small shop over
 * time too: 1,000 products take 40 % of the two years, 10,000 take 60 %, 1,000,000 all of it.
 */
export function createdAt(index: number): number {
  return Math.round(opened + ((lastDay - opened) * Math.log(1 + index / steepness)) / span)
}

/** When the category tree, the facets and the location were made: the day before the shop opened. */
export const preparedAt = opened - 86_400_000
