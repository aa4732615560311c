/**
 * The commands of one cache to Redis. No method rejects: an error is emitted as `store-error` and the method resolves
 * `undefined`, "unavailable". Connection errors and timeouts count against the circuit breaker; any reply, even an
 * error reply, counts as a success.
 */
import type { Writable } from 'node:stream'
import type { CacheEvents, StoreOperation } from '../events.ts'
import type { Breaker } from './breaker.ts'
import type { RedisClient } from './client.ts'
import type { RunScript, ScriptName, ScriptReply } from './scripts.ts'
import type { Argument, Send } from './send.ts'

export interface Store {
  /** Resolves `null` if there is no such key, and an empty payload if the key has another type. */
  get(key: string): Promise<Buffer | null | undefined>
  /** Values in the order of `keys`, in one round trip. */
  getMany(keys: string[]): Promise<(Buffer | null)[] | undefined>
  /** Remaining TTL of a key, ms; negative if there is no key or no TTL. */
  ttl(key: string): Promise<number | undefined>
  run(operation: StoreOperation, script: ScriptName, ...args: Argument[]): Promise<Reply>
  /** SET key payload PX ttlMs. */
  set(key: string, payload: Buffer, ttlMs: number): Promise<unknown>
}

export type Reply = ScriptReply | undefined

interface StoreDeps {
  client: RedisClient
  send: Send
  script: RunScript
  writeBatching: WriteBatching
  breaker: Breaker
  events: CacheEvents
  /** Whether the entries in Redis may be used; if not, Redis counts as unavailable. See server-watch.ts. */
  isTrusted(): boolean
}

/**
 * Batches writes to the socket: a lone command is written at once; while other commands await their replies, all
 * commands of one tick are written together. (ioredis' auto-pipelining does the same, but delays a lone command to the
 * next turn of the event loop.)
 */
export interface WriteBatching {
  commandSent(): void
  commandSettled(): void
}

export function createWriteBatching(client: RedisClient): WriteBatching {
  let inFlight = 0
  let corked: Writable | undefined
  const uncork = () => {
    corked?.uncork()
    corked = undefined
  }
  return {
    commandSent: () => {
      if (inFlight++ === 0 || corked || !('stream' in client) || !client.stream) return // a cluster has many streams
      corked = client.stream
      corked.cork()
      process.nextTick(uncork)
    },
    commandSettled: () => {
      inFlight--
    },
  }
}

/**
 * Operations that report a change. They are sent even while the breaker is open: Redis may have recovered, and other
 * processes may already read from it.
 */
const ignoreBreaker = new Set<StoreOperation>(['invalidate', 'write'])

const unavailable = Promise.resolve(undefined)

export function createStore(
  { client, send, script, writeBatching, breaker, events, isTrusted }: StoreDeps,
  cache: string,
): Store {
  const onError = (op: StoreOperation) => (error: unknown) => {
    writeBatching.commandSettled()
    if (isReply(error)) breaker.recordSuccess()
    else breaker.recordFailure()
    events.emit({ type: 'store-error', cache, op, error })
    return undefined
  }
  const onReply = <T>(reply: T): T => {
    writeBatching.commandSettled()
    breaker.recordSuccess()
    return reply
  }
  const onReadError = onError('get')
  const onGetError = (error: unknown) => (isWrongType(error) ? onReply(Buffer.alloc(0)) : onReadError(error))
  /** Returns whether to send. If true, the caller must end in `onReply` or `onError`. */
  const tryBegin = () => {
    const isAllowed = isTrusted() && breaker.tryAcquire()
    if (isAllowed) writeBatching.commandSent()
    return isAllowed
  }
  return {
    get: (key) => (tryBegin() ? send<Buffer | null>('get', key).then(onReply, onGetError) : unavailable),
    getMany: (keys) => {
      if (!tryBegin()) return unavailable
      // A Redis Cluster accepts MGET only for keys of one slot, so there each key is a GET.
      const getEach = () => Promise.all(keys.map((key) => send<Buffer | null>('get', key)))
      return (client.isCluster ? getEach() : send<(Buffer | null)[]>('mget', ...keys)).then(onReply, onReadError)
    },
    ttl: (key) => (tryBegin() ? send<number>('pttl', key).then(onReply, onReadError) : unavailable),
    run: (operation, name, ...args) => {
      if (tryBegin()) return script(name, ...args).then(onReply, onError(operation))
      if (!ignoreBreaker.has(operation)) return unavailable
      writeBatching.commandSent()
      return script(name, ...args).then(onReply, onError(operation))
    },
    set: (key, payload, ttlMs) =>
      tryBegin() ? send<Buffer>('set', key, payload, 'PX', ttlMs).then(onReply, onError('fill')) : unavailable,
  }
}

/** Whether Redis replied, with an error. While it loads its data or has no master, it counts as unavailable. */
function isReply(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.name === 'ReplyError' &&
    !/^(LOADING|MASTERDOWN|CLUSTERDOWN|READONLY)/.test(error.message)
  )
}

function isWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('WRONGTYPE')
}
