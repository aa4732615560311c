/** How the caches of sessions follow what changes in Postgres, whoever changes it. */
import type { Outbox } from '../platform/outbox.ts'
import type { CredentialCache, SessionCache } from './caches.ts'

export function followSessions(outbox: Outbox, sessions: SessionCache, credentials: CredentialCache): void {
  const keys = (changes: { key: string }[]) => [...new Set(changes.map(({ key }) => key))]
  outbox.on('session', (changes, source) => sessions.invalidate(keys(changes), source))
  outbox.on('credential', (changes, source) => credentials.invalidate(keys(changes), source))
  outbox.on('all', async (_changes, source) => {
    const done = await Promise.all([sessions.clear(source), credentials.clear(source)])
    return done.every(Boolean)
  })
}
