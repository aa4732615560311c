/** One process of the application, as far as the cache goes: an engine with its connections and loads. */
import type { WriteThroughOptions } from '../../src/cache/write-through.ts'
import { createConnection } from './connection.ts'
import type { CacheChoices } from './program.ts'
import type { Value } from './rows.ts'
import type { Lane } from './scheduler.ts'
import { prefix } from './server.ts'
import type { Instance, World } from './world.ts'

export const cacheName = 'c'
const sealKey = Buffer.alloc(32, 7)
let ids = 100

export function startInstance(world: World, name: string, schema: number): Instance {
  const { engine, server, scheduler, choices } = world
  let alive = true
  let tracking: { redirect: string; prefixes: string[] } | undefined
  let trackerId = String(++ids)
  const channels = new Set<string>()
  const lanes: Lane[] = []

  const common = (command: string) => {
    if (command === 'ping') return { reply: Buffer.from('PONG') }
    if (command === 'info') return { reply: world.info }
    if (command === 'time') return { reply: world.redisTime() }
    return undefined
  }
  const connect = (kind: string, own: Parameters<typeof createConnection>[0]['own'], forgotten: () => void) =>
    createConnection({ name: `${name}.${kind}`, server, scheduler, own, executed: world.executed, forgotten })

  const client = connect(
    'client',
    (command, [first = '', ...rest]) => {
      if (command !== 'client' || first.toLowerCase() !== 'tracking') return common(command)
      const on = rest[0]?.toLowerCase() === 'on'
      tracking = on
        ? { redirect: valueAfter(rest, 'REDIRECT')[0] ?? '', prefixes: valueAfter(rest, 'PREFIX') }
        : undefined
      return { reply: Buffer.from('OK') }
    },
    () => {
      tracking = undefined
    },
  )
  const subscribing: Parameters<typeof connect>[1] = (command, args) => {
    if (command === 'client') return { reply: Number(trackerId) }
    if (command === 'subscribe') for (const channel of args) channels.add(channel)
    else if (command === 'unsubscribe') for (const channel of args) channels.delete(channel)
    else return common(command)
    return { reply: channels.size }
  }
  const subscriber = connect('subscriber', subscribing, () => channels.clear())
  const tracker = connect(
    'tracker',
    (command, args) => (command === 'subscribe' ? { reply: 1 } : subscribing(command, args)),
    () => {
      trackerId = String(++ids)
    },
  )

  const connections = { client, subscriber, tracker }
  const cache = engine.createCache({
    redis: {
      client: client.client as never,
      subscriber: subscriber.client as never,
      tracker: tracker.client as never,
      timeoutMs: 100,
    },
    prefix,
    clock: world.clock,
    random: world.random,
    sealKeys: [sealKey],
    switches: world.switches,
  })
  const work = () => {
    if (!alive) return { add: () => {}, drain: () => [] } // a killed process does nothing any more
    const lane = scheduler.lane()
    lanes.push(lane)
    return lane
  }
  const load = (key: number) => world.load(name, key, work())
  const tagOf = (key: number) => world.tagName(world.rows.tagOf(key))
  const options = declared(choices, load, schema, tagOf)
  const declaredCache = choices.writeThrough
    ? cache.writeThrough<number, Value>(cacheName, options)
    : cache.aside<number, Value>(cacheName, options)
  void cache.start()

  const afterNews = (then: () => void) => {
    const last = () => {
      // An end that Redis has closed, and of which the engine has not heard yet.
      if (client.isReady() && !client.isOpen()) client.receive(() => `${name} knows`, then)
      else then()
    }
    if (tracker.isReady()) tracker.receive(() => `${name} has heard of it`, last)
    else last()
  }
  return {
    name,
    isAlive: () => alive,
    cache: declaredCache,
    invalidateTag: (tag) => cache.invalidateTag(world.tagName(tag)),
    connections,
    hear: (changed, published) => {
      if (!alive) return
      if (tracking && tracker.isOpen() && tracking.redirect === trackerId) {
        const { prefixes } = tracking
        const keys = changed === 'all' ? null : changed.filter((key) => prefixes.some((each) => key.startsWith(each)))
        if (keys === null || keys.length > 0) {
          tracker.receive(
            () => `${name}.tracker hears: ${keys === null ? 'everything is gone' : keys.map(short).join(', ')} changed`,
            () =>
              tracker.client.emit(
                'messageBuffer',
                Buffer.from('__redis__:invalidate'),
                keys?.map((key) => Buffer.from(key)) ?? null,
              ),
          )
        }
      }
      for (const { channel, message } of published) {
        if (!subscriber.isOpen() || !channels.has(channel)) continue
        subscriber.receive(
          () => `${name}.subscriber hears: ${short(channel)} ${message}`,
          () => subscriber.client.emit('message', channel, message),
        )
      }
    },
    afterNews,
    work,
    kill: (lost) => {
      alive = false
      for (const connection of Object.values(connections)) connection.kill(lost)
      for (const lane of lanes) lane.drain()
    },
    channels: () => [...channels],
  }
}

function declared(
  choices: CacheChoices,
  load: (key: number) => Promise<Value | null>,
  schema: number,
  tagOf: (key: number) => string,
): WriteThroughOptions<number, Value> {
  return {
    tier: choices.writeThrough ? 'consistent' : 'catalog',
    key: (key) => `k${key}`,
    load,
    near: choices.near,
    decodeOnce: choices.decodeOnce,
    sealed: choices.sealed,
    schema: choices.nextSchema ? schema : 0,
    ...(choices.tags && { tags: ({ key }: Value) => [tagOf(key)] }),
    ...(choices.bounded && { maxTtlMs: () => 1_500 }),
    ...(choices.removeBefore && { before: 'remove' as const }),
    ...((choices.writeThrough || choices.versioned) && { version: ({ row }: Value) => row }),
  } as WriteThroughOptions<number, Value>
}

/** The words after each `name`, as in PREFIX a PREFIX b. */
function valueAfter(words: readonly string[], name: string): string[] {
  return words.filter((_, index) => words[index - 1] === name)
}

const short = (key: string) => key.replace(`${prefix}:`, '')
