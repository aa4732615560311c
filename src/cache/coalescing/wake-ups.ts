/** Waking those who wait for an entry: by message, so that nobody polls a busy key. */
import type { RedisClient } from '../redis/send.ts'

export interface Bell {
  /** Resolves when it rings (or has rung since the last call), or after `ms`. */
  rung(ms: number): Promise<void>
  close(): void
}

export interface Wake {
  /** Resolves when Redis has taken the subscription, so that a message sent from then on rings. */
  listen(channel: string): Promise<Bell>
}

export function createWake(subscriber: RedisClient): Wake {
  const channels = new Map<string, { bells: Set<() => void>; subscribed: Promise<unknown> }>()
  subscriber.on('message', (channel: string) => {
    for (const ring of channels.get(channel)?.bells ?? []) ring()
  })
  // Without the subscription a wait ends by its time: slower, not wrong.
  const subscribe = (channel: string) => subscriber.subscribe(channel).catch(() => {})
  subscriber.on('ready', () => {
    for (const channel of channels.keys()) void subscribe(channel)
  })
  const open = (channel: string) => {
    const opened = { bells: new Set<() => void>(), subscribed: subscribe(channel) }
    channels.set(channel, opened)
    return opened
  }

  return {
    listen: async (channel) => {
      let pending = false
      let wake = () => {}
      const ring = () => {
        pending = true
        wake()
      }
      const { bells, subscribed } = channels.get(channel) ?? open(channel)
      bells.add(ring)
      await subscribed
      return {
        rung: async (ms) => {
          if (!pending) {
            const { promise, resolve } = Promise.withResolvers<void>()
            wake = resolve
            const timer = setTimeout(resolve, ms)
            await promise
            clearTimeout(timer)
          }
          pending = false
        },
        close: () => {
          bells.delete(ring)
          if (bells.size > 0) return
          channels.delete(channel)
          subscriber.unsubscribe(channel).catch(() => {})
        },
      }
    },
  }
}
