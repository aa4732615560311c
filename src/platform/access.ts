/** Who may do what: anyone reads, staff change the catalog, admins also manage the cache. */
import { createHash, timingSafeEqual } from 'node:crypto'

export type Role = 'anyone' | 'staff' | 'admin'

const ranks = { anyone: 0, staff: 1, admin: 2 } as const

export const mayActAs = (role: Role, needed: Role): boolean => ranks[role] >= ranks[needed]

export interface Tokens {
  staff: string | undefined
  admin: string | undefined
}

/** The role behind an `Authorization` header; undefined for one that is nobody's. Without a header: anyone. */
export function roleOf(header: string | undefined, { staff, admin }: Tokens): Role | undefined {
  if (header === undefined) return 'anyone'
  const [, token = ''] = header.match(/^Bearer +(\S+)$/i) ?? []
  if (same(token, admin)) return 'admin'
  return same(token, staff) ? 'staff' : undefined
}

/** Takes as long for any token. */
function same(given: string, known: string | undefined): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(known ?? '')) && Boolean(known)
}
