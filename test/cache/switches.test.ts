import { describe, expect, it, vi } from 'vitest'
import { createSwitches } from '../../src/cache/switches.ts'
import { gate, testCache } from '../support/cache.ts'
import { eventually } from '../support/eventually.ts'

const byName = { tier: 'catalog', key: (name: string) => name } as const

describe('CACHE_MODE', () => {
  it('given CACHE_MODE=off, when keys are read, then every read loads and no command is sent', async () => {
    const { cache, events } = await testCache({ switches: createSwitches('off') })
    const load = vi.fn(async () => 1)
    const things = cache.aside('thing', { ...byName, load })
    expect([await things.get('a'), ...(await things.getMany(['a', 'b']))]).toEqual([1, 1, 1])
    await things.invalidate(['a'])
    await things.clear()
    expect(load).toHaveBeenCalledTimes(3)
    expect(new Set(events.map((event) => event.type))).toEqual(new Set(['load']))
  })

  it('given CACHE_MODE=naive, when keys are read, then it does GET and SET with one TTL: no coalescing, no negative entries, no invalidation', async () => {
    const { cache, events } = await testCache({ switches: createSwitches('naive') })
    const answer = gate<string | null>()
    const load = vi.fn(() => answer.promise)
    const things = cache.aside('thing', { ...byName, load })
    const callers = [things.get('a'), things.get('a'), things.get('a')]
    await eventually(() => expect(load).toHaveBeenCalledTimes(3))
    answer.resolve('value')
    await Promise.all(callers)
    expect(events.find((event) => event.type === 'fill')?.ttlMs).toBe(60_000)
    await things.invalidate(['a'])
    expect(await things.get('a')).toBe('value')
    expect(load).toHaveBeenCalledTimes(3)
    const missing = cache.aside('missing', { ...byName, load: async () => null })
    await missing.get('a')
    await missing.get('a')
    expect(events.filter((event) => event.type === 'load' && event.cache === 'missing')).toHaveLength(2)
  })
})

describe('CACHE_DISABLE', () => {
  it('given jitter switched off, when an entry is filled, then its TTL is exactly the TTL of its tier', async () => {
    const { cache, events } = await testCache({ switches: createSwitches('full', ['jitter']) })
    await cache.aside('thing', { ...byName, load: async () => 1 }).get('a')
    await eventually(() => expect(events.find((event) => event.type === 'fill')?.ttlMs).toBe(600_000 + 3_600_000))
  })

  it('given coalescing switched off, when three callers read concurrently, then three loads run', async () => {
    const { cache } = await testCache({ switches: createSwitches('full', ['coalescing']) })
    const answer = gate<string>()
    const load = vi.fn(() => answer.promise)
    const things = cache.aside('thing', { ...byName, load })
    const callers = [things.get('a'), things.get('a'), things.get('a')]
    await eventually(() => expect(load).toHaveBeenCalledTimes(3))
    answer.resolve('value')
    await Promise.all(callers)
  })
})
