/**
 * All that one cache asks of Redis. Nothing rejects: an error is reported, and the answer is `undefined`, "unavailable".
 * Connection errors and timeouts count against the breaker; an answer, even an error reply, is a sign of life.
 */
import type { Writable } from 'node:stream'
import type { CacheEvents, StoreOperation } from '../events.ts'
import type { Breaker } from './breaker.ts'
import type { RunScript, ScriptName } from './scripts.ts'
import type { Argument, RedisClient, Send } from './send.ts'

export interface Store {
  /** null: no such key. A key of another type reads as an empty payload. */
  get(key: string): Promise<Buffer | null | undefined>
  /** In the order of `keys`, in one round trip. */
  getMany(keys: string[]): Promise<(Buffer | null)[] | undefined>
  /** What is left of a key's life, ms; negative when there is none. */
  ttl(key: string): Promise<number | undefined>
  run(op: StoreOperation, script: ScriptName, ...args: Argument[]): Promise<Reply>
  /** As `run`, for SET key value PX ms. */
  set(key: string, payload: Buffer, ttlMs: number): Promise<unknown>
}

export type Reply = number | Buffer | undefined

interface StoreDeps {
  client: RedisClient
  send: Send
  script: RunScript
  wire: Wire
  breaker: Breaker
  events: CacheEvents
  /** Whether what Redis has can be believed: if not, it counts as away. */
  trusts(): boolean
}

/**
 * How commands travel: one by itself is written at once; while others are on their way, those of one tick go in one
 * write. (ioredis' auto-pipelining does the like, but makes a lone caller wait for the next turn of the event loop.)
 */
export interface Wire {
  sent(): void
  arrived(): void
}

export function createWire(client: RedisClient): Wire {
  let underWay = 0
  let corked: Writable | undefined
  const uncork = () => {
    corked?.uncork()
    corked = undefined
  }
  return {
    sent: () => {
      if (underWay++ === 0 || corked || !('stream' in client) || !client.stream) return // a cluster has many
      corked = client.stream
      corked.cork()
      process.nextTick(uncork)
    },
    arrived: () => {
      underWay--
    },
  }
}

/** What tells of a change is tried even while the breaker is open: Redis may be well again, and others read from it. */
const urgent = new Set<StoreOperation>(['invalidate', 'write'])

const unavailable = Promise.resolve(undefined)

export function createStore({ client, send, script, wire, breaker, events, trusts }: StoreDeps, cache: string): Store {
  const failed = (op: StoreOperation) => (error: unknown) => {
    wire.arrived()
    if (isReply(error)) breaker.succeeded()
    else breaker.failed()
    events.emit({ type: 'store-error', cache, op, error })
    return undefined
  }
  const answered = <T>(answer: T): T => {
    wire.arrived()
    breaker.succeeded()
    return answer
  }
  const getFailed = failed('get')
  const foreign = (error: unknown) => (isWrongType(error) ? answered(Buffer.alloc(0)) : getFailed(error))
  /** Whether to ask; whoever asks comes to `answered` or `failed`. */
  const asking = () => {
    const allowed = trusts() && breaker.allows()
    if (allowed) wire.sent()
    return allowed
  }
  return {
    get: (key) => (asking() ? send<Buffer | null>('get', key).then(answered, foreign) : unavailable),
    getMany: (keys) => {
      if (!asking()) return unavailable
      // A Redis Cluster takes many keys at once only if they share a slot: there they are asked for one by one.
      const each = () => Promise.all(keys.map((key) => send<Buffer | null>('get', key)))
      return (client.isCluster ? each() : send<(Buffer | null)[]>('mget', ...keys)).then(answered, getFailed)
    },
    ttl: (key) => (asking() ? send<number>('pttl', key).then(answered, getFailed) : unavailable),
    run: (op, name, ...args) => {
      if (asking()) return script(name, ...args).then(answered, failed(op))
      if (!urgent.has(op)) return unavailable
      wire.sent()
      return script(name, ...args).then(answered, failed(op))
    },
    set: (key, payload, ttlMs) =>
      asking() ? send<Buffer>('set', key, payload, 'PX', ttlMs).then(answered, failed('fill')) : unavailable,
  }
}

/** Redis answered, with an error. Loading its data or without a master it is as good as away. */
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
