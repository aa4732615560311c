import { describe, expect, it, vi } from 'vitest'
import { earlyExpiryMs, isFarFromExpiry } from '../../src/cache/early-expiry.ts'
import { createSwitches } from '../../src/cache/switches.ts'
import { gate, testCache } from '../support/cache.ts'
import { eventually } from '../support/eventually.ts'

/** A generator with a fixed seed (mulberry32): the same random numbers in each run. */
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
  it('given many expiries, when they are simulated, then the mean head start equals the closed form', () => {
    const random = chance(1)
    const delta = 1
    for (const reads of [10, 100]) {
      let sum = 0
      const rounds = 4_000
      for (let round = 0; round < rounds; round++) {
        let left = 40 * delta
        while (left > 0 && earlyExpiryMs(delta, random()) < left) left -= delta / reads
        sum += Math.max(left, 0)
      }
      const expected = delta * (Math.log(reads) + 0.5772)
      expect(sum / rounds).toBeGreaterThan(expected * 0.95)
      expect(sum / rounds).toBeLessThan(expected * 1.05)
    }
  })

  // Without a lease, every reader that decides before the refresh is stored loads as well: e^(1/beta) loads per expiry.
  it('given no lease, when expiries are simulated, then there are e^(1/beta) loads per expiry (2.7 for beta 1)', () => {
    const random = chance(2)
    const delta = 1
    const reads = 200
    let loads = 0
    const rounds = 2_000
    for (let round = 0; round < rounds; round++) {
      let stored = Number.NEGATIVE_INFINITY // the remaining time at which the first load ends
      for (let left = 40 * delta; left > stored; left -= delta / reads) {
        if (earlyExpiryMs(delta, random()) < left) continue
        loads++
        stored = Math.max(stored, left - delta)
      }
    }
    expect(loads / rounds).toBeGreaterThan(Math.E * 0.95)
    expect(loads / rounds).toBeLessThan(Math.E * 1.05)
  })

  it('given an entry that isFarFromExpiry accepts, when the largest random number is drawn, then XFetch does not refresh it', () => {
    const largest = earlyExpiryMs(10, 1 - 2 ** -53)
    expect(isFarFromExpiry(largest, 10)).toBe(false)
    expect(isFarFromExpiry(371, 10)).toBe(true)
  })

  it('given an entry that expires soon, when many callers read it, then all get it without waiting and one process refreshes it', async () => {
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
    expect(await redis.exists(keys.ofCache('thing').lease('a'))).toBe(0)
  })

  it('given a refresh that failed, when the entry is read again, then it is served and not refreshed again at once', async () => {
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

  it('given an expired entry within its grace, when its load fails, then it is served and not loaded again during the back-off', async () => {
    const { things, source, events } = await expired(() => Promise.reject(new Error('down')))
    expect(await things.get('a')).toBe('old')
    expect(await things.get('a')).toBe('old')
    expect(source).toHaveBeenCalledTimes(2)
    const reasons = events.flatMap((event) => (event.type === 'stale-served' ? [event.reason] : []))
    expect(reasons).toEqual(['error', 'contended'])
  })

  it('given an expired entry that another caller is loading, when it is read, then it is served without waiting', async () => {
    const test = await expired(async () => 'new')
    await test.redis.set(test.keys.ofCache('thing').lease('a'), 'somebody', 'PX', 60_000)
    expect(await test.things.get('a')).toBe('old')
    expect(test.source).toHaveBeenCalledTimes(1)
  })

  it('given an expired entry, when its load succeeds, then the read waits for the new value', async () => {
    const { things } = await expired(async () => 'new')
    expect(await things.get('a')).toBe('new')
  })
})
