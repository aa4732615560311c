/** The cache of profiles. They hold e-mail addresses and telephone numbers: sealed in Redis, or not there at all. */
import type { Cache } from '../cache/cache.ts'
import type { Aside, AsideOptions } from '../cache/options.ts'
import type { ProfileRepository } from './repository.ts'
import type { Profile } from './schema.ts'

/** Without a key to seal with, nothing is kept. */
export function createProfileCache(cache: Cache, users: ProfileRepository): Aside<string, Profile> {
  const options: AsideOptions<string, Profile> = {
    tier: 'profile',
    near: true,
    sealed: true,
    key: (userId) => userId,
    fromKey: (userId) => userId,
    load: (userId) => users.byId(userId),
    version: ({ version }) => version,
    dependsOn: ['app_user'],
  }
  return cache.seals ? cache.aside('profile', options) : cache.uncached('profile', options)
}
