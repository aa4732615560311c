/** A cache engine on the real Redis, with a key prefix of its own, that records its events. */
import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { inject, onTestFinished, vi } from 'vitest'
import { type CacheOptions, createCache } from '../../src/cache/cache.ts'
import type { CacheEvent } from '../../src/cache/events.ts'
import { connectRedis } from '../../src/cache/redis/connection.ts'
import { createKeys } from '../../src/cache/redis/keys.ts'

export interface TestCacheOptions extends Omit<CacheOptions, 'redis'> {
  url?: string
  timeoutMs?: number
}

/** Creates an engine; it is closed when the current test ends. */
export async function testCache({ url = inject('redisUrl'), timeoutMs = 2_000, ...options }: TestCacheOptions = {}) {
  const prefix = options.prefix ?? `t-${randomUUID().slice(0, 8)}`
  const connection = connectRedis({ url, timeoutMs })
  await connection.waitUntilUp(5_000)
  const cache = createCache({ redis: connection, random: () => 0, ...options, prefix })
  const close = async () => {
    await cache.close()
    await connection.close()
  }
  onTestFinished(close)
  await cache.start()
  const events: CacheEvent[] = []
  cache.events.on((event) => events.push(event))
  const count = (type: CacheEvent['type']) => events.filter((event) => event.type === type).length
  return { cache, connection, redis: connection.client, keys: createKeys(prefix), prefix, events, count, close }
}

/** Returns a list to which the name of each command that a client sends from now on is added. */
export function sentBy(client: Redis): string[] {
  const names: string[] = []
  const send = client.sendCommand.bind(client)
  vi.spyOn(client, 'sendCommand').mockImplementation((command, ...rest) => {
    names.push(command.name)
    return send(command, ...rest)
  })
  return names
}

/** Holds back the reply to the next `name` command of a client. `answered`: it has arrived; `release` passes it on. */
export function holdAnswer(client: Redis, name: string) {
  const [answered, released] = [gate<void>(), gate<void>()]
  const send = client.sendCommand.bind(client)
  const spy = vi.spyOn(client, 'sendCommand').mockImplementation((command, ...rest) => {
    if (command.name === name) {
      spy.mockRestore()
      const arrive = command.resolve.bind(command)
      command.resolve = (answer) => {
        answered.resolve()
        void released.promise.then(() => arrive(answer))
      }
    }
    return send(command, ...rest)
  })
  return { answered: answered.promise, release: () => released.resolve() }
}

/** A promise with its resolve function: for a load that waits until the test releases it. */
export function gate<T>() {
  return Promise.withResolvers<T>()
}
