/**
 * The Redis client that the engine is given. A client is recognised by what it can do, never by its class: it may come
 * from another copy of ioredis than this folder would find, or from another major version (5 and 6 work). So the
 * engine imports no class of ioredis; only connection.ts, which opens connections for an application, does.
 */
import type { Writable } from 'node:stream'

/** What the engine uses of an ioredis `Redis` or `Cluster`. */
export interface RedisClient {
  readonly status: string
  readonly isCluster: boolean
  /** The socket. A cluster has one for each node instead. */
  readonly stream?: Writable
  sendCommand(command: never): unknown
  callBuffer(name: string, ...args: string[]): Promise<unknown>
  connect(): Promise<unknown>
  disconnect(): void
  duplicate(...args: never[]): unknown
  on(event: string, listener: Listener): unknown
  once(event: string, listener: Listener): unknown
  off(event: string, listener: Listener): unknown
  subscribe(...channels: string[]): Promise<unknown>
  unsubscribe(...channels: string[]): Promise<unknown>
  ping(): Promise<unknown>
  client(subcommand: 'ID'): Promise<number>
  script(subcommand: 'LOAD', lua: string): Promise<unknown>
}

// biome-ignore lint/suspicious/noExplicitAny: each event has arguments of its own, and ioredis types them so
type Listener = (...args: any[]) => void

/** Each node is a client of its own. */
export interface ClusterClient extends RedisClient {
  nodes(role: 'master'): RedisClient[]
}

/** Options of ioredis that the engine looks at or overrides, where they can be read. */
interface ClientOptions {
  connectionName?: string | null
  stringNumbers?: boolean
  scaleReads?: unknown
  redisOptions?: ClientOptions
}

export function isCluster(client: RedisClient): client is ClusterClient {
  return 'nodes' in client && typeof client.nodes === 'function'
}

/** Throws TypeError for what is not an ioredis client, and for options under which the cache would give wrong answers. */
export function checkClient(client: RedisClient): void {
  for (const method of ['sendCommand', 'callBuffer', 'duplicate', 'subscribe', 'on'] as const) {
    if (typeof client?.[method] !== 'function') {
      throw new TypeError(`redis.client has no method "${method}": pass a Redis or Cluster of ioredis 5 or 6.`)
    }
  }
  const { stringNumbers, redisOptions, scaleReads } = optionsOf(client)
  if (stringNumbers || redisOptions?.stringNumbers) {
    throw new TypeError(
      'redis.client: stringNumbers must be off: the cache reads numbers in the replies of its scripts.',
    )
  }
  if (isCluster(client) && scaleReads !== undefined && scaleReads !== 'master') {
    throw new TypeError(
      'redis.client: scaleReads must be "master": a replica may not have the latest invalidation yet.',
    )
  }
}

function optionsOf(client: object): ClientOptions {
  return 'options' in client && client.options ? client.options : {}
}

/** Reconnects for ever, at most a second apart. */
export const retryStrategy = (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 5), 1_000)

/**
 * Options of a connection that only receives messages. `autoResubscribe` is off, since nobody handles the promise of
 * ioredis' own resubscription: if Redis is slow to answer, its rejection would end the process. Each subscriber
 * resubscribes on `ready` instead.
 */
export function messageOptions(timeoutMs: number) {
  return {
    autoResubscribe: false,
    commandTimeout: timeoutMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    retryStrategy,
  }
}

/** RESP3 would drop the `invalidate` messages: ioredis 6 does not emit them. */
export const trackerProtocol = { protocol: 2, replyMapping: 'legacy' } as const

export interface Connections {
  client: RedisClient
  /** Receives the messages that wake waiting readers, and the announcements of invalidations. */
  subscriber: RedisClient
  /** Receives the messages of client-side tracking. undefined for a Redis Cluster: near caches then stay empty. */
  tracker?: RedisClient | undefined
}

/**
 * Completes the connections: duplicates `client`, with options of its own, for each one that is missing. `close` closes
 * the duplicates and nothing else.
 */
export function completeConnections(
  { client, subscriber, tracker }: Pick<Connections, 'client'> & Partial<Connections>,
  timeoutMs: number,
): Connections & { close(): void } {
  checkClient(client)
  const duplicates: RedisClient[] = []
  const duplicate = (role: string, more: object = {}) => {
    const copy = duplicateClient(client, role, { ...messageOptions(timeoutMs), ...more })
    copy.on('error', () => {}) // the same server: `client` reports it
    duplicates.push(copy)
    return copy
  }
  return {
    client,
    subscriber: subscriber ?? duplicate('subscriber'),
    tracker: isCluster(client) ? undefined : (tracker ?? duplicate('tracker', trackerProtocol)),
    close: () => {
      for (const copy of duplicates) copy.disconnect()
    },
  }
}

function duplicateClient(client: RedisClient, role: string, options: object): RedisClient {
  const { connectionName, redisOptions } = optionsOf(client)
  const named = (name: string | null | undefined) => ({ connectionName: name ? `${name}-${role}` : `cache-${role}` })
  // Channels and tracked keys have the whole name already, whatever the client puts before its own keys.
  const own = { keyPrefix: '', lazyConnect: false }
  const duplicate = client.duplicate.bind(client) as (...args: unknown[]) => RedisClient
  if (!isCluster(client)) return duplicate({ ...options, ...own, ...named(connectionName) })
  return duplicate([], {
    ...own,
    enableOfflineQueue: false,
    clusterRetryStrategy: retryStrategy,
    redisOptions: { ...redisOptions, ...named(redisOptions?.connectionName) },
  })
}

/** Resolves when the connection can be used. */
export async function whenReady(client: RedisClient): Promise<void> {
  if (client.status === 'ready') return
  const { promise, resolve } = Promise.withResolvers<void>()
  client.once('ready', () => resolve())
  if (client.status === 'wait') client.connect().catch(() => {}) // it goes on trying
  await promise
}
