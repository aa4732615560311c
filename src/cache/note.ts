/** What became of one read, written down by the cache for whoever asked it to: `Cache-Status` is made of it. */
export interface Note {
  cache?: string
  /** `collapsed`: shared another's read. `stale`: a value past its time. `bypass`: there is no cache in the way. */
  outcome?: 'near' | 'hit' | 'miss' | 'collapsed' | 'stale' | 'bypass'
  /** What is left of the value's life, ms; negative past its time. */
  ttlMs?: number
}
