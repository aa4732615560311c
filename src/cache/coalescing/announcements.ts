/**
 * Announcements: every invalidation and every write is published to all processes. A load in flight in another process
 * may have read the old row, so callers that ask after the announcement must not share its answer (single-flight.ts).
 */
import type { RedisClient } from '../redis/client.ts'

export interface Announcements {
  /** `onInvalidated` gets the key of each invalidated entry of `cache`; `onGap` is called when some may be missed. */
  subscribe(cache: string, onInvalidated: (key: string) => void, onGap: () => void): void
}

export function createAnnouncements(subscriber: RedisClient, channel: string): Announcements {
  const listeners = new Map<string, { onInvalidated: (key: string) => void; onGap: () => void }>()
  const subscribeToChannel = () => void subscriber.subscribe(channel).catch(() => {}) // the next `ready` tries again
  subscriber.on('ready', subscribeToChannel)
  if (subscriber.status === 'ready') subscribeToChannel()
  subscriber.on('close', () => {
    for (const { onGap } of listeners.values()) onGap()
  })
  subscriber.on('message', (messageChannel: string, entry: string) => {
    if (messageChannel !== channel) return
    const brace = entry.indexOf(':{') // `cache:{key}`: see keys.ts
    listeners.get(entry.slice(0, brace))?.onInvalidated(entry.slice(brace + 2, -1))
  })
  return { subscribe: (cache, onInvalidated, onGap) => void listeners.set(cache, { onInvalidated, onGap }) }
}
