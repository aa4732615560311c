/**
 * Client-side tracking (redis.io/docs/latest/develop/reference/client-side-caching): Redis reports every change of a
 * key under the watched prefixes, expiry and eviction included, to the tracker connection. Tracking is a property of
 * two connections and ends silently when either reconnects. So it is enabled again at every `ready`, and the watchers
 * drop their copies whenever a report may have been missed. This file keeps no values.
 */
import type { RedisClient } from './client.ts'
import type { Send } from './send.ts'

export interface Tracking {
  /** Whether every change is reported at present. */
  isOn(): boolean
  /** Watches a prefix. `onChange` gets each changed key; `onGap` is called when changes may have been missed. */
  watch(prefix: string, onChange: (key: string) => void, onGap: () => void): void
  /** Resolves when tracking is on. */
  whenOn(): Promise<void>
  close(): void
}

interface TrackingDeps {
  client: RedisClient
  tracker: RedisClient
  /** Sends on `client`. */
  send: Send
  /** Asks Redis for anything on `client`. Rejects if there is no answer. */
  isAlive(): Promise<unknown>
  onStateChange(state: 'on' | 'off'): void
  /** Called after FLUSHALL or FLUSHDB. */
  onFlush(): void
  /** Interval of the checks of both connections, ms: a dead connection can look alive for hours. */
  heartbeatMs?: number
}

interface Watcher {
  prefix: string
  onChange: (key: string) => void
  onGap: () => void
}

const invalidationChannel = '__redis__:invalidate'

export function createTracking({
  client,
  tracker,
  send,
  isAlive,
  onStateChange,
  onFlush,
  heartbeatMs = 1_000,
}: TrackingDeps): Tracking {
  const watchers: Watcher[] = []
  let isOn = false
  let attempt = 0
  let trackerId: number | undefined
  let turnedOn = Promise.withResolvers<void>()

  const reportGap = () => {
    for (const { onGap } of watchers) onGap()
  }
  const disable = () => {
    attempt++ // an attempt in progress belongs to connections that are gone
    if (!isOn) return
    isOn = false
    turnedOn = Promise.withResolvers()
    reportGap()
    onStateChange('off')
  }

  // One attempt at a time: both connections become ready at about the same moment, and Redis refuses a prefix twice.
  let lastAttempt = Promise.resolve()
  const enable = () => {
    disable()
    lastAttempt = lastAttempt.then(tryEnable)
    return lastAttempt
  }
  const tryEnable = async () => {
    if (isOn) return
    if (watchers.length === 0 || client.status !== 'ready' || tracker.status !== 'ready') return
    const thisAttempt = attempt
    try {
      if (trackerId === undefined) {
        const id = await tracker.client('ID') // before SUBSCRIBE: RESP2 allows no CLIENT ID after it
        await tracker.subscribe(invalidationChannel)
        trackerId = id
      }
      const prefixes = watchers.flatMap(({ prefix }) => ['PREFIX', prefix])
      await send('client', 'TRACKING', 'OFF')
      // NOLOOP: no reports of our own plain commands. Redis still reports what our scripts change.
      await send('client', 'TRACKING', 'ON', 'REDIRECT', String(trackerId), 'BCAST', ...prefixes, 'NOLOOP')
      if (thisAttempt !== attempt) return
      reportGap() // changes before tracking was on were not reported
      isOn = true
      turnedOn.resolve()
      onStateChange('on')
    } catch {
      // A connection was lost: its `ready` enables tracking again. If it was not lost, the heartbeat does.
    }
  }

  const onMessage = (channel: Buffer, keys: Buffer[] | Buffer | null) => {
    if (channel.toString() !== invalidationChannel) return
    if (keys === null) {
      reportGap()
      return onFlush()
    }
    for (const key of Array.isArray(keys) ? keys : [keys]) {
      const text = key.toString()
      for (const { prefix, onChange } of watchers) if (text.startsWith(prefix)) onChange(text)
    }
  }

  const checkConnections = async () => {
    if (client.status !== 'ready' || tracker.status !== 'ready') return
    try {
      await Promise.all([isAlive(), tracker.ping()])
      if (!isOn) await enable()
    } catch {
      disable()
    }
  }

  tracker.on('messageBuffer', onMessage as (...args: unknown[]) => void)
  tracker.on('close', () => {
    trackerId = undefined
  })
  for (const redis of [client, tracker]) {
    redis.on('ready', enable)
    redis.on('close', disable)
  }
  const heartbeat = setInterval(checkConnections, heartbeatMs)
  heartbeat.unref()

  return {
    isOn: () => isOn,
    watch: (prefix, onChange, onGap) => {
      watchers.push({ prefix, onChange, onGap })
      void enable()
    },
    whenOn: () => turnedOn.promise,
    close: () => {
      clearInterval(heartbeat)
      for (const redis of [client, tracker]) {
        redis.off('ready', enable)
        redis.off('close', disable)
      }
      disable()
    },
  }
}

/** For a Redis Cluster, where each node reports its own keys only: tracking is never on, so near caches stay empty. */
export const noTracking: Tracking = {
  isOn: () => false,
  watch: () => {},
  whenOn: () => Promise.resolve(),
  close: () => {},
}
