/**
 * Wake-ups: a read that waits for another process's load is woken by a Pub/Sub message, so it need not poll Redis. A
 * message may be lost; every wait therefore has a time limit, and the reader then looks again.
 */
import type { RedisClient } from '../redis/client.ts'

export interface Subscription {
  /** Resolves on a message, at once if one arrived since the last call, or after `maxMs`. */
  wait(maxMs: number): Promise<void>
  close(): void
}

export interface WakeUps {
  /** Resolves once Redis has confirmed the subscription: every message sent from then on ends a wait. Never rejects. */
  subscribe(channel: string): Promise<Subscription>
}

export function createWakeUps(subscriber: RedisClient): WakeUps {
  const channels = new Map<string, { listeners: Set<() => void>; subscribed: Promise<unknown> }>()
  subscriber.on('message', (channel: string) => {
    for (const wake of channels.get(channel)?.listeners ?? []) wake()
  })
  // A failed subscription is ignored: the wait then ends by its time limit, later but not wrong.
  const subscribeTo = (channel: string) => subscriber.subscribe(channel).catch(() => {})
  subscriber.on('ready', () => {
    for (const channel of channels.keys()) void subscribeTo(channel)
  })
  const addChannel = (channel: string) => {
    const added = { listeners: new Set<() => void>(), subscribed: subscribeTo(channel) }
    channels.set(channel, added)
    return added
  }

  return {
    subscribe: async (channel) => {
      let hasMessage = false
      let endWait = () => {}
      const wake = () => {
        hasMessage = true
        endWait()
      }
      const { listeners, subscribed } = channels.get(channel) ?? addChannel(channel)
      listeners.add(wake)
      await subscribed
      return {
        wait: async (maxMs) => {
          if (!hasMessage) {
            const { promise, resolve } = Promise.withResolvers<void>()
            endWait = resolve
            const timer = setTimeout(resolve, maxMs)
            await promise
            clearTimeout(timer)
          }
          hasMessage = false
        },
        close: () => {
          listeners.delete(wake)
          if (listeners.size > 0) return
          channels.delete(channel)
          subscriber.unsubscribe(channel).catch(() => {})
        },
      }
    },
  }
}
