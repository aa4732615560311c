import { describe, expect, it, vi } from 'vitest'
import { headStart, isFarFromExpiry } from '../../src/cache/early-expiry.ts'
import { createSwitches } from '../../src/cache/switches.ts'
import { gate, testCache } from '../support/cache.ts'
import { eventually } from '../support/eventually.ts'

/** A generator with a fixed seed (mulberry32): the same "chance" in each run. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('XFetch', () => {
  // r reads per delta, evenly spaced, before an expiry at 0; the first that decides to refresh ends it.
  it('given many expiries, when simulated, then the mean head start is that of the closed form', () => {
    const random = chance(1)
    const delta = 1
    for (const reads of [10, 100]) {
      let sum = 0
      const rounds = 4_000
      for (let round = 0; round < rounds; round++) {
        let left = 40 * delta
        while (left > 0 && headStart(delta, random()) < left) left -= delta / reads
        sum += Math.max(left, 0)
      }
      const expected = delta * (Math.log(reads) + 0.5772)
      expect(sum / rounds).toBeGreaterThan(expected * 0.95)
      expect(sum / rounds).toBeLessThan(expected * 1.05)
    }
  })

  // Without a lease, every reader that decides before the refresh is stored loads as well: e^(1/beta) loads per expiry.
  it('given no lease, when simulated, then loads per expiry are e^(1/beta) with beta 1: 2.7', () => {
    const random = chance(2)
    const delta = 1
    const reads = 200
    let loads = 0
    const rounds = 2_000
    for (let round = 0; round < rounds; round++) {
      let stored = Number.NEGATIVE_INFINITY // the time left at which the first load is done
      for (let left = 40 * delta; left > stored; left -= delta / reads) {
        if (headStart(delta, random()) < left) continue
        loads++
        stored = Math.max(stored, left - delta)
      }
    }
    expect(loads / rounds).toBeGreaterThan(Math.E * 0.95)
    expect(loads / rounds).toBeLessThan(Math.E * 1.05)
  })

  it('given an entry far from its expiry, when asked without a logarithm, then no chance could have said otherwise', () => {
    const largest = headStart(10, 1 - 2 ** -53)
    expect(isFarFromExpiry(largest, 10)).toBe(false)
    expect(isFarFromExpiry(371, 10)).toBe(true)
  })

  it('given an entry about to expire, when many read it, then all get it at once, and one refreshes', async () => {
    let now = 1_000_000
    const { cache, redis, keys, events, count } = await testCache({ clock: { now: () => now }, random: () => 0.999999 })
    const refreshed = gate<string>()
    const load = vi.fn<() => Promise<string>>()
    load.mockImplementationOnce(async () => {
      now += 1_000 // this load takes a second
      return 'first'
    })
    load.mockReturnValueOnce(refreshed.promise)
    const things = cache.aside('thing', { tier: 'catalog', key: (name: string) => name, load })
    await things.get('a')
    await eventually(() => expect(count('fill')).toBe(1))
    now += 500_000 // of 510 s
    expect(await Promise.all(Array.from({ length: 50 }, () => things.get('a')))).toEqual(Array(50).fill('first'))
    await eventually(() => expect(count('early-refresh')).toBe(1))
    expect(await things.get('a')).toBe('first')
    refreshed.resolve('second')
    await eventually(async () => expect(await things.get('a')).toBe('second'))
    expect(load).toHaveBeenCalledTimes(2)
    expect(events.filter((event) => event.type === 'miss')).toHaveLength(1)
    expect(await redis.exists(keys.lease(keys.entry('thing', 'a')))).toBe(0)
  })

  it('given a refresh that fails, when read on, then the entry serves, and nobody tries again at once', async () => {
    let now = 1_000_000
    const { cache, count } = await testCache({ clock: { now: () => now }, random: () => 0.999999 })
    const load = vi.fn<() => Promise<string>>().mockRejectedValue(new Error('down'))
    load.mockImplementationOnce(async () => {
      now += 1_000
      return 'first'
    })
    const things = cache.aside('thing', { tier: 'catalog', key: (name: string) => name, load })
    await things.get('a')
    await eventually(() => expect(count('fill')).toBe(1))
    now += 500_000
    for (let read = 0; read < 20; read++) expect(await things.get('a')).toBe('first')
    await cache.close()
    expect(load).toHaveBeenCalledTimes(2)
  })
})

describe('grace', () => {
  async function expired(load: () => Promise<string>) {
    let now = 1_000_000
    const test = await testCache({ clock: { now: () => now }, switches: createSwitches('full', ['early-expiry']) })
    const source = vi.fn(load).mockResolvedValueOnce('old')
    const things = test.cache.aside('thing', { tier: 'catalog', key: (name: string) => name, load: source })
    await things.get('a')
    await eventually(() => expect(test.count('fill')).toBe(1))
    now += 700_000 // past 600 s, within the hour after
    return { ...test, things, source }
  }

  it('given an expired entry, when its load fails, then it is served, and not loaded again for a while', async () => {
    const { things, source, events } = await expired(() => Promise.reject(new Error('down')))
    expect(await things.get('a')).toBe('old')
    expect(await things.get('a')).toBe('old')
    expect(source).toHaveBeenCalledTimes(2)
    const reasons = events.flatMap((event) => (event.type === 'stale-served' ? [event.reason] : []))
    expect(reasons).toEqual(['error', 'contended'])
  })

  it('given an expired entry that somebody else is loading, when read, then it is served without waiting', async () => {
    const test = await expired(async () => 'new')
    await test.redis.set(test.keys.lease(test.keys.entry('thing', 'a')), 'somebody', 'PX', 60_000)
    expect(await test.things.get('a')).toBe('old')
    expect(test.source).toHaveBeenCalledTimes(1)
  })

  it('given an expired entry, when its load is well, then the new value is waited for', async () => {
    const { things } = await expired(async () => 'new')
    expect(await things.get('a')).toBe('new')
  })
})
