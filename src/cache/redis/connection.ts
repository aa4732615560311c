/** The connections to Redis. Their options are what keeps an outage of Redis from becoming ours. */
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createSend } from './send.ts'

export interface RedisConnectionOptions {
  url: string
  /** How long a command may take, in ms. */
  timeoutMs: number
  onUp?: () => void
  onDown?: (error: Error | undefined) => void
}

export interface RedisConnection {
  /** For commands. It has no time limit of its own: commands go through send.ts. */
  client: Redis
  /** That limit, ms. */
  timeoutMs: number
  /** For messages: those who wait are woken here. */
  subscriber: Redis
  /** For client-side tracking: near caches hear here what changed. */
  tracker: Redis
  /** One more, for a library that sends commands by itself: each has the time limit. Closed with the others. */
  connectMore(name: string): Redis
  isUp(): boolean
  /** Resolves when the connections are usable, or after `timeoutMs`: a service starts without its cache, too. */
  waitUntilUp(timeoutMs: number): Promise<void>
  /** How full the server is. Rejects when Redis is away. */
  usage(): Promise<RedisUsage>
  close(): Promise<void>
}

export interface RedisUsage {
  usedBytes: number
  peakBytes: number
  /** Since the server started. */
  evictedKeys: number
}

/**
 * Connections that fail fast: with ioredis' defaults a GET during an outage waits for more than a minute. They keep
 * trying to reconnect for ever, a second apart at most.
 */
export function connectRedis({ url, timeoutMs, onUp, onDown }: RedisConnectionOptions): RedisConnection {
  const options = {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: Math.max(timeoutMs, 1_000),
    retryStrategy: (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 5), 1_000),
    connectionName: 'caching-reference',
  }
  const client = new Redis(url, options)
  const send = createSend(client, timeoutMs)
  // Subscribing again is for those who subscribed: when ioredis does it, nobody handles the promise, and one that is
  // rejected, since Redis is slow to answer, would end the process.
  const limited = { ...options, commandTimeout: timeoutMs, autoResubscribe: false }
  const subscriber = new Redis(url, { ...limited, connectionName: 'caching-reference-subscriber' })
  // RESP3 would swallow the `invalidate` messages.
  const trackerOptions = { protocol: 2, connectionName: 'caching-reference-tracker' } as const
  const tracker = new Redis(url, { ...limited, ...trackerOptions })
  const all = [client, subscriber, tracker]
  const others: Redis[] = []
  let lastError: Error | undefined
  let state: 'new' | 'up' | 'down' | 'closed' = 'new'
  for (const redis of [subscriber, tracker]) redis.on('error', () => {}) // the same server: the client reports it
  client.on('error', (error) => {
    lastError = error
  })
  client.on('ready', () => {
    state = 'up'
    onUp?.()
  })
  client.on('close', () => {
    if (state === 'down' || state === 'closed') return // each failed attempt to reconnect ends here, too
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
      const ready = (redis: Redis) =>
        redis.status === 'ready' ? undefined : new Promise((resolve) => redis.once('ready', resolve))
      await Promise.race([Promise.all(all.map(ready)), delay(limitMs, undefined, { ref: false })])
    },
    usage: async () => {
      const info = (await send<Buffer>('info')).toString()
      const field = (name: string) => Number(info.match(new RegExp(`^${name}:(\\d+)`, 'm'))?.[1])
      const [usedBytes, peakBytes] = [field('used_memory'), field('used_memory_peak')]
      return { usedBytes, peakBytes, evictedKeys: field('evicted_keys') }
    },
    close: async () => {
      state = 'closed'
      // Politely if Redis answers.
      await Promise.all(
        [send('quit'), ...[subscriber, tracker, ...others].map((redis) => redis.quit())].map((quit) =>
          quit.catch(() => {}),
        ),
      )
      for (const redis of [...all, ...others]) redis.disconnect()
    },
  }
}
