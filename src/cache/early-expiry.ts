/**
 * XFetch: each reader of an entry that will expire soon may decide, by chance, to refresh it now; the slower the load
 * and the nearer the expiry, the likelier. A busy key is refreshed before it expires, with nobody waiting.
 * Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention, PVLDB 8(8), 2015.
 */

/** Above 1 earlier, below 1 later. 1 is optimal for exponentially distributed load times. */
export const beta = 1

/**
 * How long before its expiry this reader takes the entry for expired, ms: −delta · beta · ln(random).
 * @param deltaMs how long the load took
 * @param random a number in [0, 1)
 */
export function headStart(deltaMs: number, random: number): number {
  return -deltaMs * beta * Math.log(1 - random)
}

/** e^-36 ≈ 2^-52: no random number leads to more. Lets the hot path do without a logarithm. */
export function isFarFromExpiry(leftMs: number, deltaMs: number): boolean {
  return leftMs > deltaMs * beta * 37
}
