/** Changing a profile. */
import type { Outbox } from '../platform/outbox.ts'
import { userNotFound, versionConflict } from './errors.ts'
import { updateProfile } from './repository.ts'
import type { Profile, UpdateInput } from './schema.ts'

/** The profile as it now stands. Rejects with USER_NOT_FOUND or VERSION_CONFLICT. */
export async function changeProfile(outbox: Outbox, input: UpdateInput): Promise<Profile> {
  const changed = await outbox.transaction('profile.update', (tx) => updateProfile(tx, input))
  if (changed === null) throw userNotFound()
  if (typeof changed === 'number') throw versionConflict(changed)
  return changed
}
