/** How the cache answered a read. `get` and `getMany` set the fields; the `Cache-Status` header is built from them. */

/** The caller passes an empty object; the engine sets its fields before the read resolves. */
export interface ReadOutcome {
  cache?: string
  /**
   * `near`: from the near cache. `hit`: fresh, from Redis. `miss`: loaded. `collapsed`: shared another read's answer.
   * `stale`: an expired value within its grace. `bypass`: no cache was asked.
   */
  status?: 'near' | 'hit' | 'miss' | 'collapsed' | 'stale' | 'bypass'
  /** Remaining freshness of the value, ms; negative if it has expired. */
  ttlMs?: number
}

/** From the cheapest status to the most expensive. */
const statusesByCost = ['near', 'hit', 'collapsed', 'stale', 'miss', 'bypass'] as const

/** Combines the outcomes of several reads into one: the most expensive status and the shortest remaining freshness. */
export function combineOutcomes(outcomes: readonly ReadOutcome[], cache: string): ReadOutcome {
  const statuses = new Set(outcomes.map(({ status }) => status))
  const status = statusesByCost.findLast((candidate) => statuses.has(candidate))
  const ttls = outcomes.flatMap(({ ttlMs }) => ttlMs ?? [])
  return { cache, ...(status && { status }), ...(ttls.length > 0 && { ttlMs: Math.min(...ttls) }) }
}
