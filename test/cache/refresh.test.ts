import { randomBytes } from 'node:crypto'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { connectRedis } from '../../src/cache/redis/connection.ts'
import { createSwitches } from '../../src/cache/switches.ts'
import { gate, testCache } from '../support/cache.ts'
import { eventually } from '../support/eventually.ts'
import { ownRedis } from '../support/redis.ts'

const byName = { tier: 'realtime', key: (name: string) => name } as const

/** Two engines over the same source, as in two processes, with an entry stored. */
async function twoEngines() {
  let now = 1_000_000
  const clock = { now: () => now }
  const here = await testCache({ clock })
  const there = await testCache({ clock, prefix: here.prefix })
  const load = vi.fn<() => Promise<string>>().mockResolvedValueOnce('first')
  const declare = (side: typeof here) => side.cache.aside('figure', { ...byName, load })
  const [figures, others] = [declare(here), declare(there)]
  await figures.get('a')
  await eventually(() => expect(here.count('fill')).toBe(1))
  const pass = (ms: number) => {
    now += ms
  }
  return { here, there, figures, others, load, pass }
}

describe('refresh', () => {
  it('given two processes that refresh concurrently, when one loads, then the other skips and readers get the present value', async () => {
    const { here, there, figures, others, load } = await twoEngines()
    const answer = gate<string>()
    load.mockReturnValueOnce(answer.promise)
    const one = figures.refresh('a')
    await eventually(() => expect(load).toHaveBeenCalledTimes(2))
    expect(await others.refresh('a')).toBe(false)
    expect(await figures.refresh('a')).toBe(false)
    expect([await figures.get('a'), await others.get('a')]).toEqual(['first', 'first'])
    answer.resolve('second')
    expect(await one).toBe(true)
    await eventually(async () => expect(await others.get('a')).toBe('second'))
    expect(load).toHaveBeenCalledTimes(2)
    expect(here.count('miss') + there.count('miss')).toBe(1)
  })

  it('given an entry that stays fresh for longer than maxRemainingMs, when it is refreshed, then nothing is loaded', async () => {
    const { figures, others, load, pass } = await twoEngines()
    load.mockResolvedValueOnce('second')
    expect(await figures.refresh('a', 10_000)).toBe(false)
    pass(20_000) // of 28.5 s
    expect(await others.refresh('a', 10_000)).toBe(true)
    await eventually(async () => expect(await figures.get('a')).toBe('second'))
    expect(await figures.refresh('a', 10_000)).toBe(false)
    expect(load).toHaveBeenCalledTimes(2)
  })

  it('given a missing entry, when it is refreshed, then it is loaded and stored, and concurrent readers wait for it', async () => {
    const { cache } = await testCache()
    const answer = gate<string>()
    const load = vi.fn(() => answer.promise)
    const figures = cache.aside('figure', { ...byName, load })
    const refreshed = figures.refresh('b')
    await eventually(() => expect(load).toHaveBeenCalledTimes(1))
    const read = figures.get('b')
    answer.resolve('value')
    expect([await refreshed, await read]).toEqual([true, 'value'])
    expect(load).toHaveBeenCalledTimes(1)
  })

  it('given a load that fails, when the entry is refreshed, then refresh rejects, the present value is served, and no caller loads again at once', async () => {
    const { figures, others, load } = await twoEngines()
    load.mockRejectedValue(new Error('down'))
    await expect(figures.refresh('a')).rejects.toThrow('down')
    await eventually(async () => expect(await others.refresh('a')).toBe(false))
    expect(await others.get('a')).toBe('first')
    expect(load).toHaveBeenCalledTimes(2)
  })

  it('given an invalidation during a refresh, when the load ends, then its value is not stored', async () => {
    const { figures, others, load } = await twoEngines()
    const answer = gate<string>()
    load.mockReturnValueOnce(answer.promise).mockResolvedValueOnce('third')
    const refreshed = figures.refresh('a')
    await eventually(() => expect(load).toHaveBeenCalledTimes(2))
    await others.invalidate(['a'])
    answer.resolve('second')
    await refreshed
    expect(await others.get('a')).toBe('third')
  })

  it.each(['off', 'naive'] as const)(
    'given CACHE_MODE=%s, when an entry is refreshed, then nothing is loaded',
    async (mode) => {
      const { cache } = await testCache({ switches: createSwitches(mode) })
      const load = vi.fn(async () => 1)
      expect(await cache.aside('figure', { ...byName, load }).refresh('a')).toBe(false)
      expect(load).not.toHaveBeenCalled()
    },
  )
})

describe('a flush', () => {
  it.each(['flushall', 'flushdb'] as const)(
    'given %s, when tracking reports it, then a `flushed` event is emitted',
    async (command) => {
      const { url } = await ownRedis()
      const { count } = await testCache({ url })
      const other = connectRedis({ url, timeoutMs: 2_000 })
      onTestFinished(() => other.close())
      await other.waitUntilUp(5_000)
      await other.client[command]()
      await eventually(() => expect(count('flushed')).toBe(1))
    },
  )
})

describe('sealed caches', () => {
  it.each(['full', 'naive'] as const)(
    '[G11] given CACHE_MODE=%s, when stored, then Redis can not read it',
    async (mode) => {
      const { cache, redis, prefix } = await testCache({ switches: createSwitches(mode), sealKeys: [randomBytes(32)] })
      expect(cache.seals).toBe(true)
      const people = cache.aside('person', {
        ...byName,
        sealed: true,
        load: async () => ({ email: 'ada@example.com' }),
      })
      await people.get('a')
      const stored = async () => (await redis.getBuffer(`${prefix}:v:person:{a}`))?.toString('latin1') ?? ''
      await eventually(async () => expect(await stored()).not.toBe(''))
      expect(await stored()).not.toContain('ada')
      expect(await people.get('a')).toEqual({ email: 'ada@example.com' })
    },
  )

  it.each(['full', 'naive'] as const)(
    'given CACHE_MODE=%s and no seal key, when a sealed cache is declared, then it throws',
    async (mode) => {
      const { cache } = await testCache({ switches: createSwitches(mode) })
      expect(cache.seals).toBe(false)
      const declare = () => cache.aside('person', { ...byName, sealed: true, load: async () => 1 })
      expect(declare).toThrow('CACHE_SEAL_KEY')
    },
  )

  it('given an uncached cache, when a key is read twice, then two loads run and nothing is stored in Redis', async () => {
    const { cache, redis, prefix } = await testCache()
    const load = vi.fn(async () => 1)
    const people = cache.uncached('person', { ...byName, load })
    await people.get('a')
    await people.get('a')
    expect(load).toHaveBeenCalledTimes(2)
    expect(await redis.keys(`${prefix}:v*`)).toEqual([])
  })
})
