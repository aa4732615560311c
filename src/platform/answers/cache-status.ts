/** What a cache did for an answer, in the words of RFC 9211. */
import type { Note } from '../../cache/insight/read-outcome.ts'

/** undefined: no cache was asked. */
export function cacheStatus({ cache, outcome, ttlMs }: Note): string | undefined {
  if (cache === undefined || outcome === undefined) return undefined
  const ttl = ttlMs === undefined ? '' : `; ttl=${Math.round(ttlMs / 1_000)}`
  switch (outcome) {
    case 'near':
      return `${cache}; hit${ttl}; detail=near`
    case 'hit':
    case 'stale':
      return `${cache}; hit${ttl}; detail=redis`
    case 'miss':
      return `${cache}; fwd=miss`
    case 'collapsed':
      return `${cache}; fwd=miss; collapsed`
    case 'bypass':
      return `${cache}; fwd=bypass`
  }
}
