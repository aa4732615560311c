/** The cache engine's front door: declare a cache once, typed, and use it. */
import type { Redis } from 'ioredis'
import { createAside } from './aside.ts'
import { createNaive, createUncached } from './baselines.ts'
import { type Clock, systemClock } from './clock.ts'
import { createAnnouncements } from './coalescing/announcements.ts'
import { createLoads } from './coalescing/loads.ts'
import { createWake } from './coalescing/wake-ups.ts'
import { createSealedCodec, plainCodec } from './codec/codec.ts'
import type { Engine } from './engine.ts'
import { type CacheEvents, createEvents, type InvalidationSource } from './events.ts'
import { type CacheAdmin, createAdmin } from './insight/admin.ts'
import { createConsistency } from './insight/consistency.ts'
import { createCounting } from './insight/counts.ts'
import { type Inspection, inspect } from './insight/inspect.ts'
import { type CacheReport, report } from './insight/report.ts'
import type { Aside, AsideOptions, Declaration } from './options.ts'
import { createBreaker } from './redis/breaker.ts'
import { checkCacheName, createKeys } from './redis/keys.ts'
import { createRedisClock } from './redis/redis-clock.ts'
import { createScripts } from './redis/scripts.ts'
import { createSend, type RedisClient } from './redis/send.ts'
import { createServerWatch } from './redis/server-watch.ts'
import { createStore, createWire } from './redis/store.ts'
import { createTracking, noTracking } from './redis/tracking.ts'
import { createSwitches, type Switches } from './switches.ts'
import { createTags } from './tags/tags.ts'
import { type WarmOptions, type WarmResult, warm } from './warm.ts'
import { createWriteThrough, type WriteThrough, type WriteThroughOptions } from './write-through.ts'

export interface CacheOptions {
  /** `tracker` is left out for a Redis Cluster: near caches then stay empty. `timeoutMs`: for a command. Default 100. */
  redis: { client: RedisClient; subscriber: RedisClient; tracker?: Redis; timeoutMs?: number }
  /** The first part of every key. Default `shop`. */
  prefix?: string
  switches?: Switches
  /** `maxBytes`: what each near cache may hold. Default 64 MB. */
  near?: { maxBytes: number }
  /** Loads that may run at once. Default 100. */
  maxLoads?: number
  /** For sealed caches: the first key seals, all open. */
  sealKeys?: readonly Buffer[]
  /** Keys that are compared with their source after they changed: see consistency.ts. Default 0: none. */
  samplesPerSecond?: number
  clock?: Clock
  random?: () => number
}

export interface Cache {
  events: CacheEvents
  breakerState: Engine['breaker']['state']
  /** All caches, in the order of their declaration. */
  declarations(): Declaration[]
  /** The caches whose keys the consistency checker can compare. */
  compared(): string[]
  /** What each cache does, in this process, and whether it pays. Never rejects. */
  report(): Promise<CacheReport>
  /** One entry. `key` is what `key(input)` gives. Rejects with UnknownCacheError, NotPossibleError, RedisUnavailableError. */
  inspect(cache: string, key: string): Promise<Inspection>
  /** What an admin does, by names and keys. */
  admin: CacheAdmin
  /** Bytes in all near caches. */
  nearBytes(): number
  /** Declares a cache-aside. `name` (a-z, 0-9, -) is part of its keys and its metrics. */
  aside<Input, Value>(name: string, options: AsideOptions<Input, Value>): Aside<Input, Value>
  /** Whether there is a key for sealed caches. Without one, what is to be sealed can't be cached. */
  seals: boolean
  /** Declares a cache that keeps nothing: each read is a load. For what must not be in Redis. */
  uncached<Input, Value>(name: string, options: AsideOptions<Input, Value>): Aside<Input, Value>
  /** Declares a cache that is written through. */
  writeThrough<Input, Value>(name: string, options: WriteThroughOptions<Input, Value>): WriteThrough<Input, Value>
  /** Invalidates all entries of all caches that bear `tag`, however many, in one command. False: Redis is away. */
  invalidateTag(tag: string, source?: InvalidationSource): Promise<boolean>
  /** Reads `inputs` into `cache`, unless warming is switched off. */
  warm<Input>(cache: Aside<Input, unknown>, inputs: readonly Input[], options?: WarmOptions): Promise<WarmResult>
  /** Resolves when Redis' clock is known and changes are heard of, or after `timeoutMs` (1,000): it also works later. */
  start(timeoutMs?: number): Promise<void>
  /** Waits for fills under way. The connection is its owner's to close. */
  close(): Promise<void>
}

const clockSyncMs = 30_000

export function createCache({
  redis: { client, subscriber, tracker, timeoutMs = 100 },
  prefix = 'shop',
  switches = createSwitches(),
  near = { maxBytes: 64 * 1024 * 1024 },
  maxLoads = 100,
  sealKeys = [],
  samplesPerSecond = 0,
  clock = systemClock,
  random = Math.random,
}: CacheOptions): Cache {
  const events = createEvents()
  const keys = createKeys(prefix)
  const send = createSend(client, timeoutMs)
  const scripts = createScripts(client, send)
  const wire = createWire(client)
  const onChange = (state: 'closed' | 'open' | 'half-open') => events.emit({ type: 'breaker', state })
  const breaker = createBreaker({ threshold: 5, openMs: 1_000, clock, onChange })
  const onTracking = (state: 'on' | 'off') => events.emit({ type: 'tracking', state })
  const onFlush = () => events.emit({ type: 'flushed' })
  const tracking =
    tracker && !client.isCluster ? createTracking({ client, tracker, send, onChange: onTracking, onFlush }) : noTracking
  const probes: Engine['probes'] = new Map()
  const server = createServerWatch({
    client,
    send,
    mark: keys.server,
    voidAll: async () => {
      const done = await Promise.all(Array.from(probes.values(), (probe) => probe.clear('tracking')))
      return done.every(Boolean)
    },
    onStranger: () => events.emit({ type: 'stranger' }),
  })
  const tags = createTags(
    createStore({ client, send, script: scripts.run, wire, breaker, events, trusts: server.trusts }, 'tags'),
    keys,
    tracking,
  )
  const redisClock = createRedisClock(clock, () => send('time'))
  const consistency = createConsistency({ samplesPerSecond, probes, events, random })
  const working = new Set<Promise<unknown>>()
  const engine: Engine = {
    client,
    send,
    script: scripts.run,
    wire,
    breaker,
    trusts: server.trusts,
    keys,
    events,
    switches,
    clock,
    random,
    redisClock,
    tags,
    tracking,
    loads: createLoads({ clock, events, limit: maxLoads }),
    wake: createWake(subscriber),
    announcements: createAnnouncements(subscriber, keys.announcements),
    codec: plainCodec,
    sealedCodec: sealKeys.length > 0 ? createSealedCodec(sealKeys) : undefined,
    probes,
    nearMaxBytes: near.maxBytes,
    changed: consistency.changed,
    background: (work) => {
      working.add(work)
      work.finally(() => working.delete(work)).catch(() => {}) // nobody waits for it; it has reported its failure
    },
  }
  const ready = () => Promise.all([scripts.load(), redisClock.sync(), server.check()])
  client.on('ready', ready)
  if (client.status === 'ready') void ready()
  const syncing = setInterval(() => void redisClock.sync(), clockSyncMs)
  syncing.unref()

  const counting = createCounting(events, clock)
  const declarations: Declaration[] = []
  const admin = createAdmin(engine)
  const caches = new Map<string, Pick<Aside<never, unknown>, 'nearBytes'>>()
  const declare = <Input, Value, C extends Aside<Input, Value>>(
    name: string,
    { tier, near = false, sealed = false, dependsOn, fromKey }: AsideOptions<Input, Value>,
    create: () => C,
  ): C => {
    checkCacheName(name)
    if (caches.has(name)) throw new TypeError(`There is a cache "${name}" already: two would read each other's values.`)
    const cache = create()
    caches.set(name, cache)
    declarations.push({ cache: name, tier, near, sealed, dependsOn })
    admin.add(name, fromKey && ((keys) => warm(cache, keys.map(fromKey))))
    return cache
  }
  const plain = { off: createUncached, naive: createNaive, full: undefined }[switches.mode]

  return {
    events,
    breakerState: breaker.state,
    declarations: () => [...declarations],
    compared: () => [...probes].filter(([, { compare }]) => compare).map(([name]) => name),
    report: () => report(engine, declarations, counting),
    inspect: async (name, key) => inspect(engine, admin.probeOf(name), name, key),
    admin,
    nearBytes: () => Array.from(caches.values(), (cache) => cache.nearBytes()).reduce((sum, bytes) => sum + bytes, 0),
    aside: <Input, Value>(name: string, options: AsideOptions<Input, Value>) =>
      declare(name, options, () => plain?.(engine, name, options) ?? createAside(engine, name, options).aside),
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
      if (!switches.on('invalidation')) return true
      const done = await tags.bump(tag)
      if (done) events.emit({ type: 'invalidated', cache: 'tag', source, keys: 0 })
      return done
    },
    warm: (cache, inputs, options) =>
      switches.on('warming') ? warm(cache, inputs, options) : Promise.resolve({ warmed: 0, failed: 0 }),
    start: async (timeoutMs = 1_000) => {
      const late = Promise.withResolvers<void>()
      const timer = setTimeout(late.resolve, timeoutMs)
      await Promise.race([Promise.all([ready(), tracking.whenOn()]), late.promise])
      clearTimeout(timer)
    },
    close: async () => {
      clearInterval(syncing)
      counting.close()
      consistency.close()
      server.close()
      client.off('ready', ready)
      while (working.size > 0) await Promise.allSettled(working)
      tracking.close()
    },
  }
}
