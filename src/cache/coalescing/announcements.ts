/**
 * Invalidations, announced to all processes: a load that is under way may have read the old row, and nobody who asks
 * from now on is to share its answer.
 */
import type { RedisClient } from '../redis/send.ts'

export interface Announcements {
  /** `changed` gets the key of each entry of `cache` that was invalidated, `lost` is called when some may be missed. */
  on(cache: string, changed: (key: string) => void, lost: () => void): void
}

export function createAnnouncements(subscriber: RedisClient, channel: string): Announcements {
  const listeners = new Map<string, { changed: (key: string) => void; lost: () => void }>()
  const subscribe = () => void subscriber.subscribe(channel).catch(() => {}) // the next `ready` tries again
  subscriber.on('ready', subscribe)
  if (subscriber.status === 'ready') subscribe()
  subscriber.on('close', () => {
    for (const { lost } of listeners.values()) lost()
  })
  subscriber.on('message', (from: string, entry: string) => {
    if (from !== channel) return
    const brace = entry.indexOf(':{')
    listeners.get(entry.slice(0, brace))?.changed(entry.slice(brace + 2, -1))
  })
  return { on: (cache, changed, lost) => void listeners.set(cache, { changed, lost }) }
}
