import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { OverloadedError } from '../../src/cache/errors.ts'
import { gate, testCache } from '../support/cache.ts'
import { eventually } from '../support/eventually.ts'
import { ownRedis } from '../support/redis.ts'

const byName = { tier: 'catalog', key: (name: string) => name } as const

describe('[G6] Redis unavailable', () => {
  it('[case 10] given Redis is down, when keys are read, then the source answers, the breaker opens and no more commands are sent', async () => {
    const redis = await ownRedis()
    let now = 1_000_000
    const { cache, redis: client, events, count } = await testCache({ url: redis.url, clock: { now: () => now } })
    const things = cache.aside('thing', { ...byName, load: async (name) => name })
    await things.get('a')
    await redis.stop()
    await eventually(() => expect(client.status).not.toBe('ready'))
    for (let read = 0; read < 20; read++) expect(await things.get(`k${read}`)).toBe(`k${read}`)
    expect(cache.breakerState()).toBe('open')
    const errors = count('store-error')
    const get = vi.spyOn(client, 'sendCommand')
    for (let read = 0; read < 50; read++) await things.get(`m${read}`)
    expect(get).not.toHaveBeenCalled()
    get.mockRestore()
    expect(count('store-error')).toBe(errors)

    // [case 11] Redis is back: exactly one probe, then normal.
    await redis.start()
    await eventually(() => expect(client.status).toBe('ready'))
    await cache.start() // the server has been checked
    now += 1_001
    events.length = 0
    const held = gate<void>()
    const send = client.sendCommand.bind(client)
    const sent = vi
      .spyOn(client, 'sendCommand')
      .mockImplementation(((...args: Parameters<typeof send>) => held.promise.then(() => send(...args))) as never)
    onTestFinished(() => {
      sent.mockRestore()
      held.resolve()
    })
    const answers = Array.from({ length: 20 }, (_, index) => things.get(`p${index}`))
    await eventually(() => expect(count('load')).toBe(19))
    const asked = sent.mock.calls.map(([command]) => (command as { name: string }).name)
    expect(asked.filter((name) => ['get', 'evalsha'].includes(name))).toHaveLength(1)
    sent.mockRestore()
    held.resolve()
    await Promise.all(answers)
    expect(events.flatMap((event) => (event.type === 'breaker' ? [event.state] : []))).toEqual(['half-open', 'closed'])
  })

  it('[case 10] given Redis accepts commands and never replies, when many callers read, then the source answers and loads stay under their maximum', async () => {
    const redis = await ownRedis()
    const { cache } = await testCache({ url: redis.url, timeoutMs: 100, maxLoads: 5 })
    let running = 0
    let most = 0
    const things = cache.aside('thing', {
      ...byName,
      load: async (name) => {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setImmediate(resolve))
        running--
        return name
      },
    })
    redis.freeze()
    const answers = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => things.get(`k${index}`)))
    expect(most).toBeLessThanOrEqual(5)
    expect(answers.some((answer) => answer.status === 'fulfilled')).toBe(true)
    for (const answer of answers)
      if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(OverloadedError)
    redis.thaw()
  })

  it('given an open breaker and Redis available again, when a key is invalidated, then other processes see the invalidation', async () => {
    const redis = await ownRedis()
    const here = await testCache({ url: redis.url, clock: { now: () => 1_000_000 }, timeoutMs: 100 })
    const there = await testCache({ url: redis.url, prefix: here.prefix })
    let row = 'v1'
    const declare = (side: typeof here) => side.cache.aside('thing', { ...byName, load: async () => row })
    const [things, others] = [declare(here), declare(there)]
    await others.get('a')
    await eventually(() => expect(there.count('fill')).toBe(1))
    redis.freeze()
    await Promise.all(Array.from({ length: 10 }, (_, index) => things.get(`k${index}`)))
    expect(here.cache.breakerState()).toBe('open')
    redis.thaw()
    await eventually(async () => expect(await there.redis.ping()).toBe('PONG'))
    row = 'v2'
    await things.invalidate(['a'])
    expect(here.cache.breakerState()).not.toBe('half-open')
    expect(await others.get('a')).toBe('v2')
  })

  it('given Redis is down, when a key is invalidated, then no `invalidated` event is emitted', async () => {
    const redis = await ownRedis()
    const { cache, count } = await testCache({ url: redis.url, timeoutMs: 100 })
    const things = cache.aside('thing', { ...byName, load: async () => 1 })
    await redis.stop()
    await things.invalidate(['a'])
    await things.clear()
    await cache.invalidateTag('t')
    expect(count('invalidated')).toBe(0)
    expect(count('store-error')).toBeGreaterThan(0)
  })

  it('[case 11] given Redis replies with errors, when keys are read, then the breaker stays closed', async () => {
    const { cache, redis, keys, events } = await testCache()
    const things = cache.aside('thing', { ...byName, load: async (name) => name })
    for (let read = 0; read < 20; read++) {
      await redis.lpush(keys.ofCache('thing').value(`k${read}`), 'a list')
      await redis.set(keys.ofCache('thing').value(`m${read}`), 'junk')
      expect(await things.get(`k${read}`)).toBe(`k${read}`)
      expect(await things.get(`m${read}`)).toBe(`m${read}`)
    }
    expect(cache.breakerState()).toBe('closed')
    expect(events.filter((event) => event.type === 'breaker')).toEqual([])
    expect(events.some((event) => event.type === 'decode-error')).toBe(true)
  })

  it('given Redis stops replying right after a reconnect, when the subscriber resubscribes, then no rejection is unhandled and messages arrive again', async () => {
    const redis = await ownRedis()
    const here = await testCache({ url: redis.url, timeoutMs: 50 })
    const { subscriber } = here.connection
    const stopped = gate<void>()
    const send = subscriber.sendCommand.bind(subscriber)
    const sending = vi.spyOn(subscriber, 'sendCommand').mockImplementation((command) => {
      if (command.name === 'subscribe') {
        redis.freeze()
        stopped.resolve()
      }
      return send(command)
    })
    subscriber.disconnect(true)
    await stopped.promise
    sending.mockRestore()
    await expect(subscriber.ping()).rejects.toThrow('timed out') // an unhandled rejection would fail this run
    redis.thaw()
    await eventually(async () => expect(await here.redis.ping()).toBe('PONG'))
    const there = await testCache({ url: redis.url, prefix: here.prefix })
    const answer = gate<string>()
    const load = vi.fn(() => answer.promise)
    const loading = there.cache.aside('thing', { ...byName, load }).get('a')
    await eventually(() => expect(load).toHaveBeenCalled())
    const waiting = here.cache.aside('thing', { ...byName, load }).get('a')
    await eventually(() => expect(here.count('lease-wait')).toBe(1))
    answer.resolve('once')
    expect([await loading, await waiting]).toEqual(['once', 'once'])
    expect(load).toHaveBeenCalledTimes(1)
  })

  it('given Redis was flushed, when keys are read, then they are loaded and stored again', async () => {
    const redis = await ownRedis()
    const { cache, redis: client, count } = await testCache({ url: redis.url })
    const things = cache.aside('thing', { ...byName, near: true, load: async (name) => name })
    await cache.start()
    for (let read = 0; read < 3; read++) await things.get('a')
    await client.flushall()
    await eventually(() => expect(things.peek('a')).toBeUndefined())
    await client.script('FLUSH') // a failover to a fresh server forgets the scripts, too
    expect(await things.get('a')).toBe('a')
    await eventually(() => expect(count('fill')).toBe(2))
    expect(await things.get('a')).toBe('a')
    expect(count('load')).toBe(2)
  })

  it('given processes whose clocks differ by minutes, when both read an entry, then both evaluate its freshness equally', async () => {
    const { systemClock } = await import('../../src/cache/clock.ts')
    const here = await testCache()
    const fiveMinutes = 300_000
    const ahead = await testCache({ prefix: here.prefix, clock: { now: () => systemClock.now() + fiveMinutes } })
    const behind = await testCache({ prefix: here.prefix, clock: { now: () => systemClock.now() - fiveMinutes } })
    const declare = (side: typeof here, value: string) =>
      side.cache.aside('thing', { ...byName, tier: 'list', load: async () => value })
    expect(await declare(ahead, 'ahead').get('a')).toBe('ahead')
    expect(await declare(behind, 'behind').get('a')).toBe('ahead')
    expect(await declare(here, 'here').get('a')).toBe('ahead')
  })
})
