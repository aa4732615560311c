/**
 * Client-side tracking (redis.io/docs/latest/develop/reference/client-side-caching): Redis tells the tracker
 * connection of every change under the prefixes we name, expiry and eviction included. It is a property of two
 * connections, and silently gone when either reconnects: so it is switched on anew at every `ready`, and what was
 * kept by its word is dropped whenever it may have missed one.
 */
import type { Redis } from 'ioredis'
import type { RedisClient, Send } from './send.ts'

export interface Tracking {
  /** Whether every change is heard of right now. */
  isOn(): boolean
  /** Adds a prefix; `changed` gets each changed key, `lost` is called when changes may have been missed. */
  watch(prefix: string, changed: (key: string) => void, lost: () => void): void
  /** Resolves when it is on. */
  whenOn(): Promise<void>
  close(): void
}

interface TrackingDeps {
  client: RedisClient
  tracker: Redis
  /** Of `client`. */
  send: Send
  onChange(state: 'on' | 'off'): void
  /** Everything is gone: FLUSHALL, FLUSHDB. */
  onFlush(): void
  /** How often the tracker's connection is tried, ms: a dead one can look alive for hours. */
  heartbeatMs?: number
}

const channel = '__redis__:invalidate'

export function createTracking({
  client,
  tracker,
  send,
  onChange,
  onFlush,
  heartbeatMs = 1_000,
}: TrackingDeps): Tracking {
  const watchers: { prefix: string; changed: (key: string) => void; lost: () => void }[] = []
  let on = false
  let attempt = 0
  let id: number | undefined
  let turnedOn = Promise.withResolvers<void>()

  const off = () => {
    attempt++ // whatever is being set up belongs to connections that are gone
    if (!on) return
    on = false
    turnedOn = Promise.withResolvers()
    for (const { lost } of watchers) lost()
    onChange('off')
  }

  // One at a time: both connections become ready at about the same moment, and Redis refuses a prefix given twice.
  let setting = Promise.resolve()
  const set = () => {
    off()
    setting = setting.then(turnOn)
    return setting
  }
  const turnOn = async () => {
    if (on) return
    if (watchers.length === 0 || client.status !== 'ready' || tracker.status !== 'ready') return
    const mine = attempt
    try {
      if (id === undefined) {
        const own = await tracker.client('ID') // before subscribing: afterwards RESP2 allows no such question
        await tracker.subscribe(channel)
        id = own
      }
      const prefixes = watchers.flatMap(({ prefix }) => ['PREFIX', prefix])
      await send('client', 'TRACKING', 'OFF')
      // NOLOOP spares us news of our own plain commands; of what our scripts change Redis tells us all the same.
      await send('client', 'TRACKING', 'ON', 'REDIRECT', String(id), 'BCAST', ...prefixes, 'NOLOOP')
      if (mine !== attempt) return
      for (const { lost } of watchers) lost() // what was read before tracking was on
      on = true
      turnedOn.resolve()
      onChange('on')
    } catch {
      // a connection went away: its `ready` brings us back; the heartbeat, if it did not go
    }
  }

  const heard = (from: Buffer, keys: Buffer[] | Buffer | null) => {
    if (from.toString() !== channel) return
    if (keys === null) {
      for (const { lost } of watchers) lost()
      return onFlush()
    }
    for (const key of Array.isArray(keys) ? keys : [keys]) {
      const text = key.toString()
      for (const { prefix, changed } of watchers) if (text.startsWith(prefix)) changed(text)
    }
  }

  const beat = async () => {
    if (client.status !== 'ready' || tracker.status !== 'ready') return
    try {
      await Promise.all([send('ping'), tracker.ping()])
      if (!on) await set()
    } catch {
      off()
    }
  }

  tracker.on('messageBuffer', heard as (...args: unknown[]) => void)
  tracker.on('close', () => {
    id = undefined
  })
  for (const redis of [client, tracker]) {
    redis.on('ready', set)
    redis.on('close', off)
  }
  const heartbeat = setInterval(beat, heartbeatMs)
  heartbeat.unref()

  return {
    isOn: () => on,
    watch: (prefix, changed, lost) => {
      watchers.push({ prefix, changed, lost })
      void set()
    },
    whenOn: () => turnedOn.promise,
    close: () => {
      clearInterval(heartbeat)
      for (const redis of [client, tracker]) {
        redis.off('ready', set)
        redis.off('close', off)
      }
      off()
    },
  }
}

/** For a Redis Cluster, where each node tells of its own keys only: nothing is heard of, so nothing is kept by it. */
export const noTracking: Tracking = {
  isOn: () => false,
  watch: () => {},
  whenOn: () => Promise.resolve(),
  close: () => {},
}
