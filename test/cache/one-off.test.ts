import { describe, expect, it, vi } from 'vitest'
import { UndefinedValueError } from '../../src/cache/errors.ts'
import { createSwitches } from '../../src/cache/switches.ts'
import { type Tier, tiers } from '../../src/cache/tiers.ts'
import { gate, testCache } from '../support/cache.ts'
import { eventually } from '../support/eventually.ts'
import { ownRedis } from '../support/redis.ts'

/** Two engines on the same entries, as in two processes. */
async function twoProcesses() {
  const here = await testCache()
  const there = await testCache({ prefix: here.prefix })
  return { here, there }
}

const never = async () => {
  throw new Error('This load must not run.')
}

describe('getOrSet', () => {
  it('[G1] given two processes and 50 callers each on a cold key, when all read, then exactly one load runs', async () => {
    const { here, there } = await twoProcesses()
    const row = gate<string>()
    const load = vi.fn(() => row.promise)
    const callers = [here, there].flatMap(({ cache }) =>
      Array.from({ length: 50 }, () => cache.getOrSet('rates', load)),
    )
    await eventually(() => expect(here.count('lease-wait') + there.count('lease-wait')).toBe(1))
    row.resolve('1.08')
    expect(new Set(await Promise.all(callers))).toEqual(new Set(['1.08']))
    expect(load).toHaveBeenCalledTimes(1)
  })

  it('given two calls with different loads, when one fills, then the other returns its value', async () => {
    const { here, there } = await twoProcesses()
    expect(await here.cache.getOrSet('rates', async () => 1)).toBe(1)
    await eventually(() => expect(here.count('fill')).toBe(1))
    expect(await there.cache.getOrSet('rates', never)).toBe(1)
  })

  it('[case 15] given 0, false, empty text, an array, a Date or bytes, when read again, then it is a hit, and equal', async () => {
    const { here, there } = await twoProcesses()
    const values = [0, false, '', [], { value: null }, new Date(0), Buffer.from('bytes'), 'x'.repeat(20_000)]
    for (const [index, value] of values.entries()) {
      expect(await here.cache.getOrSet(`k${index}`, async () => value)).toEqual(value)
      await eventually(() => expect(here.count('fill')).toBe(index + 1))
      expect(await there.cache.getOrSet(`k${index}`, never)).toEqual(value)
    }
  })

  it('[case 15] given a load that returns undefined, when read, then a typed error', async () => {
    const { cache } = await testCache()
    await expect(cache.getOrSet('a', async () => undefined)).rejects.toThrow(UndefinedValueError)
  })

  it('[case 9] given a load that fails, when read, then its own error, and the next call loads', async () => {
    const { cache } = await testCache()
    const failure = new Error('no exchange today')
    await expect(cache.getOrSet('a', () => Promise.reject(failure))).rejects.toBe(failure)
    expect(await cache.getOrSet('a', async () => 1)).toBe(1)
  })

  it('[case 16] given a load that found nothing, when the key is invalidated, then the next read finds the new row', async () => {
    const { cache, events } = await testCache()
    expect(await cache.getOrSet('a', async () => null)).toBeNull()
    await eventually(() => expect(events).toContainEqual(expect.objectContaining({ type: 'fill' })))
    expect(await cache.getOrSet('a', never)).toBeNull()
    expect(await cache.invalidateKey('a')).toBe(true)
    expect(await cache.getOrSet('a', async () => 'created')).toBe('created')
  })

  it('given each tier, none, or a maximum TTL, when filled, then the entry lives as long as that says', async () => {
    const { cache, events } = await testCache({ switches: createSwitches('full', ['jitter']) })
    const names = Object.keys(tiers) as Tier[]
    for (const tier of names) await cache.getOrSet(tier, async () => tier, { tier })
    await cache.getOrSet('default', async () => 1)
    await cache.getOrSet('bounded', async () => 250, { tier: 'static', maxTtlMs: (ms) => ms })
    await eventually(() => expect(events.filter(({ type }) => type === 'fill')).toHaveLength(names.length + 2))
    const lives = events.flatMap((event) => (event.type === 'fill' ? [event.ttlMs] : []))
    const expected = [...names, 'list' as const].map((tier) => tiers[tier].ttlMs + tiers[tier].graceMs)
    expect(lives).toEqual([...expected, 250])
  })

  it('given an entry about to expire, when many read it, then one of them refreshes it with its own load', async () => {
    let now = 1_000_000
    const { cache, count } = await testCache({ clock: { now: () => now }, random: () => 0.999999 })
    await cache.getOrSet('a', async () => {
      now += 1_000 // this load takes a second
      return 'first'
    })
    await eventually(() => expect(count('fill')).toBe(1))
    now += 50_000 // of 51 s
    const load = vi.fn(async () => 'second')
    const answers = await Promise.all(Array.from({ length: 20 }, () => cache.getOrSet('a', load)))
    expect(new Set(answers)).toEqual(new Set(['first']))
    await eventually(async () => expect(await cache.getOrSet('a', never)).toBe('second'))
    expect(load).toHaveBeenCalledTimes(1)
  })

  it('[G6] [case 10] given Redis dead, when read, then the load answers, and an invalidation resolves false', async () => {
    const redis = await ownRedis()
    const { cache, redis: client } = await testCache({ url: redis.url })
    await redis.stop()
    await eventually(() => expect(client.status).not.toBe('ready'))
    expect(await cache.getOrSet('a', async () => 1)).toBe(1)
    expect(await cache.invalidateKey('a')).toBe(false)
  })
})

describe('the invalidation of a one-off key', () => {
  it('[G3] [case 1] given a load that read v1, when another process invalidates the key, then every later read is v2', async () => {
    const { here, there } = await twoProcesses()
    const slow = gate<string>()
    const load = vi.fn(() => slow.promise)
    const early = here.cache.getOrSet('a', load, { tier: 'catalog' })
    await eventually(() => expect(load).toHaveBeenCalledTimes(1))
    expect(await there.cache.invalidateKey('a')).toBe(true) // it has never read the key, and names no tier
    slow.resolve('v1')
    expect(await early).toBe('v1') // its own caller may get it
    await eventually(() => expect(here.count('fill-refused')).toBe(1))
    expect(await there.cache.getOrSet('a', async () => 'v2')).toBe('v2')
    await eventually(() => expect(there.count('fill')).toBe(1))
    expect(await here.cache.getOrSet('a', never)).toBe('v2')
  })

  it('[G4] given a load that is shared in a process, when the key is invalidated, then later callers do not join it', async () => {
    const { cache } = await testCache()
    const slow = gate<string>()
    const load = vi.fn(() => slow.promise)
    const early = cache.getOrSet('a', load)
    await eventually(() => expect(load).toHaveBeenCalledTimes(1))
    await cache.invalidateKey('a')
    expect(await cache.getOrSet('a', async () => 'v2')).toBe('v2')
    slow.resolve('v1')
    expect(await early).toBe('v1')
  })

  it('given entries with tags, when a tag is invalidated, then exactly its entries load again', async () => {
    const { here, there } = await twoProcesses()
    const load = vi.fn(async () => ({ country: 'fr' }))
    const read = async () => {
      const tags = ({ country }: { country: string }) => [`country:${country}`]
      await here.cache.getOrSet('tagged', load, { tags })
      await here.cache.getOrSet('other', load)
    }
    await read()
    await eventually(() => expect(here.count('fill')).toBe(2))
    await read()
    expect(load).toHaveBeenCalledTimes(2)
    await there.cache.invalidateTag('country:fr')
    await read()
    expect(load).toHaveBeenCalledTimes(3)
  })
})

describe('what one-off keys leave behind', () => {
  it('given no one-off key, when the caches are listed, then there is none for them', async () => {
    const { cache } = await testCache()
    expect(cache.declarations()).toEqual([])
  })

  it('given a thousand keys in two tiers, when the caches are listed, then there is one, and no event has a key', async () => {
    const { cache, events } = await testCache()
    const read = (index: number) =>
      cache.getOrSet(`secret-${index}`, async () => index, { tier: index % 2 === 0 ? 'catalog' : 'realtime' })
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => read(index).catch(() => {}))) // over maxLoads
    expect(cache.declarations().map((declaration) => declaration.cache)).toEqual(['one-off'])
    expect((await cache.report()).caches.map((figures) => figures.cache)).toEqual(['one-off'])
    expect(new Set(events.flatMap((event) => ('cache' in event ? [event.cache] : [])))).toEqual(new Set(['one-off']))
    expect(JSON.stringify(events)).not.toContain('secret')
  })
})

describe('CACHE_MODE', () => {
  it('given off, when read, then every read is a load', async () => {
    const { cache } = await testCache({ switches: createSwitches('off') })
    const load = vi.fn(async () => 1)
    expect([await cache.getOrSet('a', load), await cache.getOrSet('a', load)]).toEqual([1, 1])
    expect(await cache.invalidateKey('a')).toBe(true)
    expect(load).toHaveBeenCalledTimes(2)
  })

  it('given naive, when read again, then the stored value, whatever was invalidated', async () => {
    const { cache } = await testCache({ switches: createSwitches('naive') })
    expect(await cache.getOrSet('a', async () => 'v1')).toBe('v1')
    await cache.invalidateKey('a')
    expect(await cache.getOrSet('a', never)).toBe('v1')
    expect(await cache.getOrSet('b', async () => null)).toBeNull()
  })
})
