/** Who may do what. The whole ladder is here; every procedure is made from one of its rungs, so the default is no. */
import { AppError } from './errors.ts'

/** A guest has a session and no account. */
export type Role = 'guest' | 'customer' | 'staff' | 'admin'

/** Whoever has a session. */
export interface Who {
  sessionId: string
  role: Role
  /** null: a guest. */
  userId: string | null
  /** The guest they are, or were before they logged in. */
  guestId: string | null
  /** When the session ends, whatever happens; ISO. */
  expiresAt: string
}

/** What a request says of its sender. */
export interface Identity {
  /** Whether there is a token at all, valid or not. */
  hasToken: boolean
  /** The session of the token, if it is valid. Asked once a request, and only by those who need to know. */
  session(): Promise<Who | null>
}

/** The rungs: what a procedure needs of its caller, at least. `open` does not even look. */
export const ladder = { open: undefined, session: 'guest', staff: 'staff', admin: 'admin' } as const

const ranks: Record<Role, number> = { guest: 0, customer: 1, staff: 2, admin: 3 }

export const mayActAs = (role: Role, needed: Role): boolean => ranks[role] >= ranks[needed]

/** Throws TOKEN_REQUIRED, TOKEN_INVALID, ROLE_REQUIRED. */
export async function admit({ hasToken, session }: Identity, needed: Role): Promise<Who> {
  if (!hasToken) throw new AppError('UNAUTHORIZED', 'TOKEN_REQUIRED', 'This needs a session: log in, or begin as a guest')
  const who = await session()
  if (!who) throw new AppError('UNAUTHORIZED', 'TOKEN_INVALID', 'The token is not valid, or not any more')
  if (!mayActAs(who.role, needed)) throw roleRequired(needed)
  return who
}

export const roleRequired = (needed: Role) =>
  new AppError('FORBIDDEN', 'ROLE_REQUIRED', `This needs the role of ${needed}`)

/** For the books: who did it. */
export const actorOf = ({ role, userId }: Who): string => `${role} ${userId ?? ''}`.trim()
