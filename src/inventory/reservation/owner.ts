/** Whose a reservation is. One that was made without a session belongs to whoever knows its id. */
import { mayActAs, type Who } from '../../platform/access.ts'

/** As what somebody makes one; null: as nobody in particular. */
export const ownerOf = (who: Who | null): string | null => who?.userId ?? who?.guestId ?? null

/** Whose they may see and end: their own, what they made as a guest before they logged in; null: anybody's (staff). */
export function ownersOf(who: Who | null): string[] | null {
  if (who && mayActAs(who.role, 'staff')) return null
  return [who?.userId, who?.guestId].filter((id) => typeof id === 'string')
}
