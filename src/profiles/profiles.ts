/** Profiles, put together: the only file of this folder that others import. */
import type { Cache } from '../cache/cache.ts'
import type { Database } from '../platform/db.ts'
import type { Log } from '../platform/logging.ts'
import type { Outbox } from '../platform/outbox.ts'
import type { Procedures } from '../platform/trpc.ts'
import { createProfileCache } from './caches.ts'
import { createProfileRepository } from './repository.ts'
import { profileRest } from './rest.ts'
import { createProfileRouter } from './router.ts'

export interface ProfileDeps {
  db: Database
  cache: Cache
  outbox: Outbox
  procedures: Procedures
  log: Log
}

export function createProfiles({ db, cache, outbox, procedures, log }: ProfileDeps) {
  if (!cache.seals) log.warn('CACHE_SEAL_KEY is not set: profiles hold e-mail addresses, and are not cached')
  const profiles = createProfileCache(cache, createProfileRepository(db))
  outbox.on('user', (changes, source) => profiles.invalidate([...new Set(changes.map(({ key }) => key))], source))
  // What tells of everything at once tells of users, too.
  outbox.on('all', (_changes, source) => profiles.clear(source))
  return { router: createProfileRouter({ procedures, outbox, profiles }), rest: profileRest }
}
