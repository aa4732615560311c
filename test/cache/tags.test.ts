import { describe, expect, it, vi } from 'vitest'
import { createSwitches } from '../../src/cache/switches.ts'
import { gate, testCache } from '../support/cache.ts'
import { eventually } from '../support/eventually.ts'

const byName = { tier: 'catalog', key: (name: string) => name } as const

describe('tags', () => {
  it('[case 19] given 100,000 entries with a tag, when the tag is invalidated, then one script call does it and no entry is read again', async () => {
    const { cache, redis, count } = await testCache({ timeoutMs: 20_000 })
    const names = Array.from({ length: 100_000 }, (_, index) => `k${index}`)
    const things = cache.aside('thing', {
      ...byName,
      tags: () => ['all'],
      load: async (name) => name,
      loadMany: async (some) => some,
    })
    for (let start = 0; start < names.length; start += 1_000) await things.getMany(names.slice(start, start + 1_000))
    await eventually(() => expect(count('fill')).toBe(100_000))
    const sent = vi.spyOn(redis, 'sendCommand')
    await cache.invalidateTag('all')
    expect(sent.mock.calls.length).toBeLessThanOrEqual(2) // the script, by its digest or in full
    const hits = count('hit')
    await things.getMany(names.slice(0, 100))
    await things.getMany(names.slice(-100))
    expect(count('hit')).toBe(hits)
  }, 60_000)

  it('given entries with other tags, when a tag is invalidated, then they stay valid', async () => {
    const { cache, count } = await testCache()
    const things = cache.aside('thing', {
      ...byName,
      tags: (value: string) => [`letter:${value}`, 'all'],
      load: async (name) => name,
    })
    await things.getMany(['a', 'b'])
    await eventually(() => expect(count('fill')).toBe(2))
    await cache.invalidateTag('letter:a')
    await things.getMany(['a', 'b'])
    expect([count('hit'), count('load')]).toEqual([1, 2])
  })

  it('given an invalid tag, when a value is loaded, then the read returns the value and does not store it', async () => {
    const { cache, events } = await testCache()
    for (const [index, tag] of ['', '@thing', 'a\0b'].entries()) {
      const things = cache.aside(`thing${index}`, { ...byName, tags: () => [tag], load: async () => 1 })
      expect(await things.get('a')).toBe(1)
      await eventually(() =>
        expect(events).toContainEqual({ type: 'fill-refused', cache: `thing${index}`, reason: 'unencodable' }),
      )
    }
  })

  it('given invalidation switched off, when keys and tags are invalidated, then their entries stay', async () => {
    const { cache, count } = await testCache({ switches: createSwitches('full', ['invalidation']) })
    const things = cache.aside('thing', { ...byName, tags: () => ['all'], load: async () => 1 })
    await things.get('a')
    await eventually(() => expect(count('fill')).toBe(1))
    await things.invalidate(['a'])
    await things.clear()
    await cache.invalidateTag('all')
    await things.get('a')
    expect(count('load')).toBe(1)
  })
})

describe('warming', () => {
  it('given many keys, when they are warmed, then a bounded number of batches runs at once and progress is reported', async () => {
    const { cache } = await testCache()
    let running = 0
    let most = 0
    const loadMany = vi.fn(async (names: string[]) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      if (names.includes('k30')) throw new Error('this batch fails')
      return names
    })
    const things = cache.aside('thing', { ...byName, load: async (name) => name, loadMany })
    const names = Array.from({ length: 95 }, (_, index) => `k${index}`)
    const done: number[] = []
    const result = await cache.warm(things, names, {
      batch: 10,
      concurrency: 3,
      onProgress: (count) => done.push(count),
    })
    expect(result).toEqual({ warmed: 85, failed: 10 })
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(3)
    expect([done.length, done.at(-1)]).toEqual([10, 95])
    expect(await things.getMany(['k0', 'k94'])).toEqual(['k0', 'k94'])
    expect(loadMany).toHaveBeenCalledTimes(10)
  })

  it('given warming switched off, when keys are warmed, then nothing is loaded', async () => {
    const { cache } = await testCache({ switches: createSwitches('full', ['warming']) })
    const load = vi.fn(async () => 1)
    await cache.warm(cache.aside('thing', { ...byName, load }), ['a'])
    expect(load).not.toHaveBeenCalled()
  })
})

describe('durations', () => {
  it('[case 20] given an infinite time limit, when a load takes a moment, then it does not time out', async () => {
    const { cache } = await testCache()
    const answer = gate<string>()
    const load = () => answer.promise
    const things = cache.aside('thing', { ...byName, load, loadTimeoutMs: Number.POSITIVE_INFINITY })
    const reading = things.get('a')
    await new Promise((resolve) => setImmediate(resolve))
    answer.resolve('in time')
    expect(await reading).toBe('in time')
  })

  it('[case 20] given values with and without maxTtlMs, when they are stored, then the TTL is the shorter of tier and maxTtlMs, without grace', async () => {
    const { cache, events } = await testCache({ switches: createSwitches('full', ['jitter']) })
    const bounds: [string, number][] = [
      ['soon', 5_000],
      ['never', Number.POSITIVE_INFINITY],
      ['past', -1],
    ]
    for (const [name, bound] of bounds) {
      await cache.aside(name, { ...byName, maxTtlMs: () => bound, load: async () => 1 }).get('a')
      await eventually(() => expect(events.some((event) => event.type === 'fill' && event.cache === name)).toBe(true))
    }
    const ttls = events.flatMap((event) => (event.type === 'fill' ? [event.ttlMs] : []))
    expect(ttls).toEqual([5_000, 4_200_000, 1])
  })
})
