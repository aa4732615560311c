/** What a cache did for an answer, in the words of RFC 9211. */
import type { ReadOutcome } from '../../cache/insight/read-outcome.ts'

/** undefined: no cache was asked. */
export function cacheStatus({ cache, status, ttlMs }: ReadOutcome): string | undefined {
  if (cache === undefined || status === undefined) return undefined
  const ttl = ttlMs === undefined ? '' : `; ttl=${Math.round(ttlMs / 1_000)}`
  switch (status) {
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
