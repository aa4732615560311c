/** What an answer's Cache-Status (RFC 9211) says. */
import type { CacheStatusCounts } from './summary.ts'

export type CacheStatus = keyof CacheStatusCounts

/** Of several caches in a list the last one counts: it is the nearest to us. */
export function cacheStatusOf(header: string | undefined): CacheStatus {
  if (header === undefined) return 'other'
  const nearest = header.slice(header.lastIndexOf(',') + 1)
  if (/;\s*fwd=stale\b/.test(nearest) || /;\s*ttl=-/.test(nearest) || /;\s*detail="?stale/.test(nearest)) return 'stale'
  if (/;\s*hit\b/.test(nearest)) return 'hit'
  if (/;\s*fwd=(uri-miss|vary-miss|miss|partial)\b/.test(nearest)) return 'miss'
  return 'other'
}
