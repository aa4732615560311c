/** The front door of the cache engine: declares caches, and starts and closes what they share. */
import { createAside } from './aside.ts'
import { createNaive, createUncached } from './baselines.ts'
import { type Clock, systemClock } from './clock.ts'
import { createAnnouncements } from './coalescing/announcements.ts'
import { createLoads } from './coalescing/loads.ts'
import { createWakeUps } from './coalescing/wake-ups.ts'
import { createSealedCodec, plainCodec } from './codec/codec.ts'
import type { Engine } from './engine.ts'
import { type CacheEvents, createEvents, type InvalidationSource } from './events.ts'
import { type CacheAdmin, createAdmin } from './insight/admin.ts'
import { createConsistency } from './insight/consistency.ts'
import { createCounters } from './insight/counts.ts'
import { type Inspection, inspect } from './insight/inspect.ts'
import { type CacheReport, report } from './insight/report.ts'
import { createOneOff, type OneOff } from './one-off.ts'
import type { Aside, AsideOptions, Declaration } from './options.ts'
import { createBreaker } from './redis/breaker.ts'
import { completeConnections, type RedisClient, whenReady } from './redis/client.ts'
import { checkCacheName, createKeys } from './redis/keys.ts'
import { createRedisClock } from './redis/redis-clock.ts'
import { createScripts } from './redis/scripts.ts'
import { createSend } from './redis/send.ts'
import { createServerWatch } from './redis/server-watch.ts'
import { createStore, createWriteBatching } from './redis/store.ts'
import { createTracking, noTracking } from './redis/tracking.ts'
import { createSwitches, type Switches } from './switches.ts'
import { createTags } from './tags/tags.ts'
import { type WarmOptions, type WarmResult, warm } from './warm.ts'
import { createWriteThrough, type WriteThrough, type WriteThroughOptions } from './write-through.ts'

export interface CacheOptions {
  redis: RedisOptions
  /** The first part of every key. Default `shop`. */
  prefix?: string
  switches?: Switches
  /** Maximum bytes in the near cache of each cache. Default 64 MB. */
  near?: { maxBytes: number }
  /** Maximum number of loads that run at the same time. Default 100. */
  maxLoads?: number
  /** Keys for sealed caches. The first one seals, each of them opens. */
  sealKeys?: readonly Buffer[]
  /** Changed keys per second that are compared with their source: see consistency.ts. Default 0. */
  samplesPerSecond?: number
  clock?: Clock
  random?: () => number
}

/**
 * The connections of the cache. `client` is enough: the cache duplicates it for each connection that is not given, and
 * closes the duplicates. A Redis Cluster has no tracker: near caches stay empty. createCache throws TypeError for a
 * client, or options of one, that the cache cannot work with.
 */
export interface RedisOptions {
  /**
   * Sends commands. Any Redis or Cluster of ioredis 5 or 6; its owner closes it. Nothing else may use CLIENT TRACKING
   * on it, which is a property of the connection.
   */
  client: RedisClient
  /** Receives messages, and is used for nothing else. */
  subscriber?: RedisClient
  /** Receives the messages of client-side tracking, over RESP2, and is used for nothing else. */
  tracker?: RedisClient
  /** Maximum time for a command, in ms. Default 100. */
  timeoutMs?: number
}

export interface Cache extends OneOff {
  events: CacheEvents
  breakerState: Engine['breaker']['state']
  /** All caches, in the order of their declaration. */
  declarations(): Declaration[]
  /** The caches whose keys the consistency checker can compare. */
  compared(): string[]
  /** Measures each cache in this process, and says whether it pays. Never rejects. */
  report(): Promise<CacheReport>
  /**
   * Returns one entry as it is in Redis. `key` is the result of the cache's `key(input)`. Rejects with
   * UnknownCacheError, NotPossibleError or RedisUnavailableError.
   */
  inspect(cache: string, key: string): Promise<Inspection>
  /** Operations by cache name and key, for administrators. */
  admin: CacheAdmin
  /** Returns the number of bytes in all near caches. */
  nearBytes(): number
  /** Declares a cache-aside. `name` (a-z, 0-9, -) is part of its keys and a label of its metrics. Throws TypeError. */
  aside<Input, Value>(name: string, options: AsideOptions<Input, Value>): Aside<Input, Value>
  /** Whether `sealKeys` has a key. Without one, declaring a sealed cache throws. */
  seals: boolean
  /** Declares a cache that stores nothing: each read is a load. For values that must not be in Redis. */
  uncached<Input, Value>(name: string, options: AsideOptions<Input, Value>): Aside<Input, Value>
  /** Declares a write-through cache. */
  writeThrough<Input, Value>(name: string, options: WriteThroughOptions<Input, Value>): WriteThrough<Input, Value>
  /**
   * Invalidates every entry with this tag, in all caches, with one command. Idempotent. Resolves `false` if Redis was
   * unreachable; the caller must retry.
   */
  invalidateTag(tag: string, source?: InvalidationSource): Promise<boolean>
  /** Loads the missing entries of `inputs` into `cache`. Does nothing if warming is switched off. */
  warm<Input>(cache: Aside<Input, unknown>, inputs: readonly Input[], options?: WarmOptions): Promise<WarmResult>
  /**
   * Resolves when Redis is connected, its clock is known and tracking is on, or after `timeoutMs` (default 1,000).
   * Never rejects: the cache then begins to work when Redis is reachable.
   */
  start(timeoutMs?: number): Promise<void>
  /** Waits for pending fills, then closes the connections that the cache opened. The owner of `client` closes it. */
  close(): Promise<void>
}

const clockSyncMs = 30_000

export function createCache({
  redis: { timeoutMs = 100, ...given },
  prefix = 'shop',
  switches = createSwitches(),
  near = { maxBytes: 64 * 1024 * 1024 },
  maxLoads = 100,
  sealKeys = [],
  samplesPerSecond = 0,
  clock = systemClock,
  random = Math.random,
}: CacheOptions): Cache {
  const connections = completeConnections(given, timeoutMs)
  const { client, subscriber, tracker } = connections
  const events = createEvents()
  const keys = createKeys(prefix)
  const send = createSend(client, timeoutMs)
  const scripts = createScripts(client, send)
  const writeBatching = createWriteBatching(client)
  const onChange = (state: 'closed' | 'open' | 'half-open') => events.emit({ type: 'breaker', state })
  const breaker = createBreaker({ threshold: 5, openMs: 1_000, clock, onChange })
  const onTracking = (state: 'on' | 'off') => events.emit({ type: 'tracking', state })
  // The heartbeat reads the clock of the tags, so that their state is never idle and a lost copy is restored.
  const isAlive = () => scripts.run('read-tags', ...keys.tagState, '')
  const onFlush = () => events.emit({ type: 'flushed' })
  const tracking = tracker
    ? createTracking({ client, tracker, send, isAlive, onStateChange: onTracking, onFlush })
    : noTracking
  const probes: Engine['probes'] = new Map()
  const consistency = createConsistency({ samplesPerSecond, probes, events, random })
  const server = createServerWatch({
    client,
    isSameServer: async () => (await scripts.run('check-server', ...keys.tagState, keys.allTags)) === 1,
    onOtherServer: () => events.emit({ type: 'stranger' }),
  })
  const tags = createTags(
    createStore(
      { client, send, script: scripts.run, writeBatching, breaker, events, isTrusted: server.isTrusted },
      'tags',
    ),
    keys,
    tracking,
    consistency.tagVoided,
  )
  const redisClock = createRedisClock(clock, () => send('time'))
  const working = new Set<Promise<unknown>>()
  const engine: Engine = {
    client,
    send,
    script: scripts.run,
    writeBatching,
    breaker,
    isTrusted: server.isTrusted,
    keys,
    events,
    switches,
    clock,
    random,
    redisClock,
    tags,
    tracking,
    loads: createLoads({ clock, events, maxLoads }),
    wakeUps: createWakeUps(subscriber),
    announcements: createAnnouncements(subscriber, keys.announcements),
    codec: plainCodec,
    sealedCodec: sealKeys.length > 0 ? createSealedCodec(sealKeys) : undefined,
    probes,
    maxNearBytes: near.maxBytes,
    reportChange: consistency.changed,
    reportStored: consistency.stored,
    runInBackground: (work) => {
      working.add(work)
      work.finally(() => working.delete(work)).catch(() => {}) // the work reports its own failure
    },
  }
  const ready = () => Promise.all([scripts.load(), redisClock.sync(), server.check()])
  client.on('ready', ready)
  if (client.status === 'ready') void ready()
  const syncing = setInterval(() => void redisClock.sync(), clockSyncMs)
  syncing.unref()

  const counters = createCounters(events, clock)
  const declarations: Declaration[] = []
  const admin = createAdmin(engine)
  const caches = new Map<string, Pick<Aside<never, unknown>, 'nearBytes'>>()
  const declare = <Input, Value, C extends Aside<Input, Value>>(
    name: string,
    { tier, near = false, sealed = false, dependsOn, fromKey }: AsideOptions<Input, Value>,
    create: () => C,
  ): C => {
    checkCacheName(name)
    if (caches.has(name)) throw new TypeError(`Cache "${name}" is already declared: a cache name must be unique.`)
    const cache = create()
    caches.set(name, cache)
    declarations.push({ cache: name, tier, near, sealed, dependsOn })
    admin.register(name, fromKey && ((keys) => warm(cache, keys.map(fromKey))))
    return cache
  }
  const plain = { off: createUncached, naive: createNaive, full: undefined }[switches.mode]

  const aside = <Input, Value>(name: string, options: AsideOptions<Input, Value>): Aside<Input, Value> =>
    declare(name, options, () => plain?.(engine, name, options) ?? createAside(engine, name, options).aside)

  return {
    ...createOneOff(aside),
    events,
    breakerState: breaker.state,
    declarations: () => [...declarations],
    compared: () => [...probes].filter(([, { compare }]) => compare).map(([name]) => name),
    report: () => report(engine, declarations, counters),
    inspect: async (name, key) => inspect(engine, admin.getProbe(name), key),
    admin,
    nearBytes: () => Array.from(caches.values(), (cache) => cache.nearBytes()).reduce((sum, bytes) => sum + bytes, 0),
    aside,
    seals: engine.sealedCodec !== undefined,
    uncached: <Input, Value>(name: string, options: AsideOptions<Input, Value>) =>
      declare(name, options, () => createUncached(engine, name, options)),
    writeThrough: <Input, Value>(name: string, options: WriteThroughOptions<Input, Value>) =>
      declare(name, options, (): WriteThrough<Input, Value> => {
        if (!plain) return createWriteThrough(engine, name, options)
        return {
          ...plain(engine, name, options),
          write: (_input, commit) => commit(),
          storeAfter: async (commit) => {
            await commit()
            return new Set()
          },
        }
      }),
    invalidateTag: async (tag, source = 'mutation') => {
      if (!switches.isOn('invalidation')) return true
      const done = await tags.invalidate(tag)
      if (done) events.emit({ type: 'invalidated', cache: 'tag', source, keys: 0 })
      return done
    },
    warm: (cache, inputs, options) =>
      switches.isOn('warming') ? warm(cache, inputs, options) : Promise.resolve({ warmed: 0, failed: 0 }),
    start: async (timeoutMs = 1_000) => {
      const late = Promise.withResolvers<void>()
      const timer = setTimeout(late.resolve, timeoutMs)
      const started = async () => {
        await Promise.all([client, subscriber].map(whenReady))
        await Promise.all([ready(), tracking.whenOn()])
      }
      await Promise.race([started(), late.promise])
      clearTimeout(timer)
    },
    close: async () => {
      clearInterval(syncing)
      counters.close()
      consistency.close()
      server.close()
      client.off('ready', ready)
      while (working.size > 0) await Promise.allSettled(working)
      tracking.close()
      connections.close()
    },
  }
}
