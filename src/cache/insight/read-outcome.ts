/** What became of one read, written down by the cache for whoever asked it to: `Cache-Status` is made of it. */
export interface Note {
  cache?: string
  /** `collapsed`: shared another's read. `stale`: a value past its time. `bypass`: there is no cache in the way. */
  outcome?: 'near' | 'hit' | 'miss' | 'collapsed' | 'stale' | 'bypass'
  /** What is left of the value's life, ms; negative past its time. */
  ttlMs?: number
}

const order = ['near', 'hit', 'collapsed', 'stale', 'miss', 'bypass'] as const

/** Of an answer that is made of many reads: what became of the one that cost most; the shortest life that is left. */
export function sumUp(notes: readonly Note[], cache: string): Note {
  const outcomes = new Set(notes.map(({ outcome }) => outcome))
  const outcome = order.findLast((one) => outcomes.has(one))
  const lives = notes.flatMap(({ ttlMs }) => ttlMs ?? [])
  return { cache, ...(outcome && { outcome }), ...(lives.length > 0 && { ttlMs: Math.min(...lives) }) }
}
