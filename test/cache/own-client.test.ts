import { Cluster, Redis } from 'ioredis'
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { type Cache, createCache } from '../../src/cache/cache.ts'
import type { RedisClient } from '../../src/cache/redis/client.ts'
import { gate } from '../support/cache.ts'
import { startCluster } from '../support/cluster.ts'
import { eventually } from '../support/eventually.ts'
import { ownRedis } from '../support/redis.ts'

const byName = { tier: 'catalog', key: (name: string) => name } as const

/** A client as an application makes it. Closed when the current test ends. */
function applicationClient(url = inject('redisUrl'), options = {}): Redis {
  const client = new Redis(url, options)
  client.on('error', () => {})
  onTestFinished(() => client.disconnect())
  return client
}

describe('a cache with an application’s own client', () => {
  it('[G6] [case 10] given a client with ioredis’ defaults, when Redis dies, then reads load at once, and no command is queued', async () => {
    const redis = await ownRedis()
    const client = applicationClient(redis.url)
    const cache = createCache({ redis: { client } })
    onTestFinished(() => cache.close())
    await cache.start(5_000)
    const things = cache.aside('thing', { ...byName, near: true, load: async (name) => name })
    await things.get('a')
    await redis.stop()
    await eventually(() => expect(client.status).not.toBe('ready'))
    const sent = vi.spyOn(client, 'sendCommand')
    const started = performance.now()
    for (let read = 0; read < 50; read++) expect(await things.get(`k${read}`)).toBe(`k${read}`)
    expect(await things.invalidate(['a'])).toBe(false)
    expect(performance.now() - started).toBeLessThan(1_000)
    expect(sent).not.toHaveBeenCalled()
    sent.mockRestore()
    await redis.start()
    await eventually(async () => {
      await things.get('a')
      expect(things.peek('a')).toBe('a') // Redis stores again, and tracking is on again
    })
  })

  it('given a client that connects later, when the cache is started, then it is connected', async () => {
    const client = applicationClient(undefined, { lazyConnect: true })
    const cache = createCache({ redis: { client }, prefix: 'own-lazy' })
    onTestFinished(() => cache.close())
    await cache.start(5_000)
    expect(client.status).toBe('ready')
  })

  it('given RESP3 replies as they are, when everything is used, then values are as stored', async () => {
    const client = applicationClient(undefined, { protocol: 3, replyMapping: 'resp3' })
    const cache = createCache({ redis: { client }, prefix: `own-resp3-${process.pid}` })
    onTestFinished(() => cache.close())
    await cache.start(5_000)
    const stock = cache.writeThrough('stock', {
      ...byName,
      load: async () => ({ version: 1 }),
      version: ({ version }) => version,
    })
    await stock.get('a')
    await stock.write('a', async () => ({ version: 2 }))
    expect(await stock.getMany(['a', 'b'])).toEqual([{ version: 2 }, { version: 1 }])
    await eventually(async () =>
      expect(await cache.inspect('stock', 'a')).toMatchObject({ state: 'fresh', version: 2 }),
    )
    expect(await stock.invalidate(['a'])).toBe(true)
    expect(await stock.get('a')).toEqual({ version: 1 })
  })

  it('given a cluster client, when two caches use it, then one load, an invalidation for both, and nothing left open', async () => {
    const client = await startCluster()
    const nodes = () => client.nodes('master')
    const connections = async () => {
      const lists = await Promise.all(nodes().map((node) => node.client('LIST')))
      return lists.map((list) => String(list).trim().split('\n').length).reduce((sum, count) => sum + count, 0)
    }
    await eventually(() => expect(client.status).toBe('ready'))
    const before = await connections()
    const [here, there] = [1, 2].map(() => createCache({ redis: { client, timeoutMs: 1_000 } })) as [Cache, Cache]
    await Promise.all([here.start(5_000), there.start(5_000)])
    const row = gate<string>()
    const load = vi.fn(() => row.promise)
    const reads = [here, there].map((cache) => cache.getOrSet('a', load))
    await eventually(() => expect(load).toHaveBeenCalled())
    row.resolve('v1')
    expect(await Promise.all(reads)).toEqual(['v1', 'v1'])
    expect(load).toHaveBeenCalledTimes(1)
    expect(await there.invalidateKey('a')).toBe(true)
    expect(await here.getOrSet('a', async () => 'v2')).toBe('v2')
    expect(await connections()).toBeGreaterThan(before)
    await Promise.all([here.close(), there.close()])
    await eventually(async () => expect(await connections()).toBeLessThanOrEqual(before))
    expect(client.status).toBe('ready')
  })

  it('given a client that the cache cannot work with, when a cache is made, then a TypeError names the reason', () => {
    const lazy = (options = {}) => applicationClient(undefined, { ...options, lazyConnect: true })
    const refusal = (client: unknown) => () => createCache({ redis: { client: client as RedisClient } })
    expect(refusal(undefined)).toThrow('redis.client has no method "sendCommand"')
    expect(refusal(lazy({ stringNumbers: true }))).toThrow('stringNumbers must be off')
    const cluster = new Cluster([{ port: 1 }], { lazyConnect: true, scaleReads: 'slave' })
    expect(refusal(cluster)).toThrow('scaleReads must be "master"')
  })
})
