/**
 * Opens the connections to Redis for an application that has no ioredis client of its own. Their options keep an outage
 * of Redis from becoming an outage of the application.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { messageOptions, retryStrategy, trackerProtocol, whenReady } from './client.ts'
import { createSend } from './send.ts'

export interface RedisConnectionOptions {
  url: string
  /** Maximum time for a command, in ms. */
  timeoutMs: number
  onUp?: () => void
  onDown?: (error: Error | undefined) => void
}

export interface RedisConnection {
  /** Sends commands. Has no time limit of its own: the engine sends commands through send.ts, which has one. */
  client: Redis
  /** Maximum time for a command, in ms. */
  timeoutMs: number
  /** Receives the messages that wake waiting readers, and the announcements of invalidations. */
  subscriber: Redis
  /** Receives the messages of client-side tracking, for near caches. */
  tracker: Redis
  /** Opens one more connection, for a library that sends its own commands. Each command has the time limit. */
  connectMore(name: string): Redis
  isUp(): boolean
  /** Resolves when the connections are ready, or after `timeoutMs`: a service also starts without Redis. */
  waitUntilUp(timeoutMs: number): Promise<void>
  /** Returns the server's memory figures. Rejects if Redis is unreachable. */
  usage(): Promise<RedisUsage>
  /** Closes all of these connections. */
  close(): Promise<void>
}

export interface RedisUsage {
  usedBytes: number
  peakBytes: number
  /** Number of keys evicted since the server started. */
  evictedKeys: number
}

/**
 * Opens connections that fail fast: with ioredis' defaults a GET during an outage waits for more than a minute. They
 * reconnect for ever, at most a second apart.
 */
export function connectRedis({ url, timeoutMs, onUp, onDown }: RedisConnectionOptions): RedisConnection {
  const options = {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: Math.max(timeoutMs, 1_000),
    retryStrategy,
    connectionName: 'caching-reference',
  }
  const client = new Redis(url, options)
  const send = createSend(client, timeoutMs)
  const limited = { ...options, ...messageOptions(timeoutMs) }
  const subscriber = new Redis(url, { ...limited, connectionName: 'caching-reference-subscriber' })
  const tracker = new Redis(url, { ...limited, ...trackerProtocol, connectionName: 'caching-reference-tracker' })
  const all = [client, subscriber, tracker]
  const others: Redis[] = []
  let lastError: Error | undefined
  let state: 'new' | 'up' | 'down' | 'closed' = 'new'
  for (const redis of [subscriber, tracker]) redis.on('error', () => {}) // the same server: `client` reports it
  client.on('error', (error) => {
    lastError = error
  })
  client.on('ready', () => {
    state = 'up'
    onUp?.()
  })
  client.on('close', () => {
    if (state === 'down' || state === 'closed') return // each failed attempt to reconnect also emits `close`
    state = 'down'
    onDown?.(lastError)
  })
  return {
    client,
    timeoutMs,
    subscriber,
    tracker,
    connectMore: (name) => {
      const more = new Redis(url, { ...limited, connectionName: `caching-reference-${name}` })
      more.on('error', () => {})
      others.push(more)
      return more
    },
    isUp: () => client.status === 'ready',
    waitUntilUp: async (limitMs) => {
      await Promise.race([Promise.all(all.map(whenReady)), delay(limitMs, undefined, { ref: false })])
    },
    usage: async () => {
      const info = (await send<Buffer>('info')).toString()
      const field = (name: string) => Number(info.match(new RegExp(`^${name}:(\\d+)`, 'm'))?.[1])
      const [usedBytes, peakBytes] = [field('used_memory'), field('used_memory_peak')]
      return { usedBytes, peakBytes, evictedKeys: field('evicted_keys') }
    },
    close: async () => {
      state = 'closed'
      // QUIT lets Redis answer what is under way; without an answer the connection is just closed.
      await Promise.all(
        [send('quit'), ...[subscriber, tracker, ...others].map((redis) => redis.quit())].map((quit) =>
          quit.catch(() => {}),
        ),
      )
      for (const redis of [...all, ...others]) redis.disconnect()
    },
  }
}
