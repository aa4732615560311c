/**
 * Early expiration (XFetch): each reader of an entry that expires soon decides at random whether to refresh it now; the
 * slower the load and the nearer the expiry, the likelier. A busy key is refreshed before it expires; no read waits.
 * Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention, PVLDB 8(8), 2015.
 */

/** Above 1: refreshes earlier; below 1: later. 1 is optimal for exponentially distributed load times. */
export const beta = 1

/**
 * How long before its expiry this reader treats the entry as expired, ms: −delta · beta · ln(random).
 * @param deltaMs duration of the entry's load
 * @param random a number in [0, 1)
 */
export function earlyExpiryMs(deltaMs: number, random: number): number {
  return -deltaMs * beta * Math.log(1 - random)
}

/** Whether no random number can expire the entry early (e^-36 ≈ 2^-52). Spares the hot path the logarithm. */
export function isFarFromExpiry(remainingMs: number, deltaMs: number): boolean {
  return remainingMs > deltaMs * beta * 37
}
