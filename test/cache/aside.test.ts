import { describe, expect, it, vi } from 'vitest'
import { LoadTimeoutError, UndefinedValueError } from '../../src/cache/errors.ts'
import { gate, sentBy, testCache } from '../support/cache.ts'
import { eventually } from '../support/eventually.ts'

const byName = { tier: 'catalog', key: (name: string) => name } as const

describe('cache-aside', () => {
  it('given a missing key, when it is read twice, then one load runs and the second read is a hit in Redis', async () => {
    const { cache, events } = await testCache()
    const load = vi.fn(async (name: string) => ({ name }))
    const things = cache.aside('thing', { ...byName, load })
    expect(await things.get('a')).toEqual({ name: 'a' })
    expect(await things.get('a')).toEqual({ name: 'a' })
    expect(load).toHaveBeenCalledTimes(1)
    expect(events.map((event) => event.type)).toEqual(['miss', 'lease-won', 'load', 'missed', 'fill', 'hit'])
  })

  it('given two processes, when one has loaded a key, then the other reads the stored value', async () => {
    const here = await testCache()
    const there = await testCache({ prefix: here.prefix })
    await here.cache.aside('thing', { ...byName, load: async () => 'from here' }).get('a')
    const load = vi.fn(async () => 'from there')
    expect(await there.cache.aside('thing', { ...byName, load }).get('a')).toBe('from here')
    expect(load).not.toHaveBeenCalled()
  })

  it('given a missing key, when 500 callers in one process read it concurrently, then one load answers all of them', async () => {
    const { cache, count } = await testCache()
    const answer = gate<string>()
    const load = vi.fn(() => answer.promise)
    const things = cache.aside('thing', { ...byName, load })
    const callers = Array.from({ length: 500 }, () => things.get('a'))
    await eventually(() => expect(load).toHaveBeenCalled())
    answer.resolve('once')
    expect(new Set(await Promise.all(callers))).toEqual(new Set(['once']))
    expect(load).toHaveBeenCalledTimes(1)
    expect(count('coalesced')).toBe(499)
  })

  it('[case 9] given a load that fails, when many callers wait for it, then each gets its error and the next read loads again', async () => {
    const { cache, redis, keys } = await testCache()
    const load = vi.fn(async () => 'fine').mockRejectedValueOnce(new Error('database says no'))
    const things = cache.aside('thing', { ...byName, load })
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => things.get('a')))
    expect(answers.map((answer) => answer.status === 'rejected' && answer.reason.message)).toEqual(
      Array(20).fill('database says no'),
    )
    expect(load).toHaveBeenCalledTimes(1)
    expect(await redis.exists(keys.ofCache('thing').value('a'))).toBe(0)
    expect(await things.get('a')).toBe('fine')
  })

  it('given a load that never resolves, when its time limit is over, then the read rejects with LoadTimeoutError and the signal is aborted', async () => {
    const { cache } = await testCache()
    const signals: AbortSignal[] = []
    const things = cache.aside('thing', {
      ...byName,
      loadTimeoutMs: 20,
      load: (_name, { signal }) => {
        signals.push(signal)
        return gate<string>().promise
      },
    })
    await expect(things.get('a')).rejects.toThrow(LoadTimeoutError)
    expect(signals[0]?.aborted).toBe(true)
  })

  it('[case 15] given 0, false, an empty string, an array or null, when it is read twice, then one load runs and the hit returns an equal value', async () => {
    const { cache } = await testCache()
    for (const [name, value] of Object.entries({ zero: 0, no: false, text: '', list: [], nothing: null })) {
      const load = vi.fn(async () => value)
      const things = cache.aside(name, { ...byName, load })
      expect(await things.get('a')).toEqual(value)
      expect(await things.get('a')).toEqual(value)
      expect(load).toHaveBeenCalledTimes(1)
    }
  })

  it('[case 15] given a load that resolves undefined, when the key is read, then the read rejects with UndefinedValueError and nothing is stored', async () => {
    const { cache, count } = await testCache()
    const things = cache.aside<string, unknown>('thing', { ...byName, load: async () => undefined })
    await expect(things.get('a')).rejects.toThrow(UndefinedValueError)
    expect(count('fill')).toBe(0)
  })

  it('[case 16] given a negative entry, when the row is created and the key invalidated, then the next read returns it', async () => {
    const { cache, redis, keys } = await testCache()
    const load = vi.fn<() => Promise<string | null>>().mockResolvedValueOnce(null).mockResolvedValue('created')
    const things = cache.aside('thing', { ...byName, load })
    expect(await things.get('a')).toBeNull()
    expect(await things.get('a')).toBeNull()
    expect(load).toHaveBeenCalledTimes(1)
    expect(await redis.pttl(keys.ofCache('thing').value('a'))).toBeLessThanOrEqual(10_000)
    await things.invalidate(['a'])
    expect(await things.get('a')).toBe('created')
  })

  it('given jitter, when an entry is filled, then its TTL is 5 to 15 % shorter than the TTL of its tier', async () => {
    for (const [random, ttlMs] of [
      [0, 570_000],
      [0.5, 540_000],
      [0.999999, 510_000],
    ] as const) {
      const { cache, events } = await testCache({ random: () => random })
      await cache.aside('thing', { ...byName, load: async () => 1 }).get('a')
      await eventually(() => expect(events.find((event) => event.type === 'fill')?.ttlMs).toBe(ttlMs + 3_600_000))
    }
  })
})

describe('getMany', () => {
  it('given some of the keys cached, when they are read together, then one load gets the others, and order and duplicates are kept', async () => {
    const { cache, redis } = await testCache()
    const loadMany = vi.fn(async (names: string[]) =>
      names.map((name) => (name === 'none' ? null : name.toUpperCase())),
    )
    const things = cache.aside('thing', { ...byName, load: async (name) => name.toUpperCase(), loadMany })
    await things.get('b')
    const sent = sentBy(redis)
    expect(await things.getMany(['a', 'b', 'none', 'a', 'c'])).toEqual(['A', 'B', null, 'A', 'C'])
    expect(loadMany.mock.calls.map(([names]) => names)).toEqual([['a', 'none', 'c']])
    expect(await things.getMany(['c', 'a', 'none'])).toEqual(['C', 'A', null])
    expect(loadMany).toHaveBeenCalledTimes(1)
    expect(sent.filter((name) => name === 'mget')).toHaveLength(2)
    expect(await things.getMany([])).toEqual([])
  })

  it('given a load in flight, when getMany includes its key, then getMany joins the load and does not repeat it', async () => {
    const { cache } = await testCache()
    const answer = gate<string>()
    const load = vi.fn(() => answer.promise)
    const loadMany = vi.fn(async (names: string[]) => names)
    const things = cache.aside('thing', { ...byName, load, loadMany })
    const single = things.get('a')
    const many = things.getMany(['a', 'b'])
    await eventually(() => expect(loadMany).toHaveBeenCalled())
    answer.resolve('joined')
    expect(await many).toEqual(['joined', 'b'])
    expect(await single).toBe('joined')
    expect(loadMany.mock.calls[0]?.[0]).toEqual(['b'])
  })

  it('given a loadMany that returns too few values, when keys are read, then the read rejects instead of assigning values to wrong keys', async () => {
    const { cache } = await testCache()
    const things = cache.aside('thing', { ...byName, load: async () => '', loadMany: async () => ['only one'] })
    await expect(things.getMany(['a', 'b'])).rejects.toThrow('returned 1 values for 2 inputs')
  })
})

describe('invalidation', () => {
  it('[case 19] given two caches with similar names, when one is cleared, then one command is sent and the other cache keeps its entries', async () => {
    const { cache, count } = await testCache()
    const users = cache.aside('users', { ...byName, load: async (name) => name })
    const others = cache.aside('users-abc', { ...byName, load: async (name) => name })
    const names = Array.from({ length: 1_200 }, (_, index) => `*[${index}]`)
    await users.getMany(names)
    await others.get('x')
    await eventually(() => expect(count('fill')).toBe(1_201))
    await users.clear()
    expect(await others.get('x')).toBe('x')
    expect(count('hit')).toBe(1)
    await users.getMany(names)
    expect(count('hit')).toBe(1)
  })
})

describe('payloads', () => {
  it.each([
    ['junk', 'nonsense'],
    ['empty', ''],
    ['truncated', '\x01\x00\x00'],
    ['of an unknown format', `\x02${'\0'.repeat(40)}`],
  ])(
    '[case 12] given a payload that is %s, when the key is read, then one load replaces it and one decode error is counted',
    async (_name, junk) => {
      const { cache, redis, keys, count } = await testCache()
      const load = vi.fn(async () => 'good')
      const things = cache.aside('thing', { ...byName, load })
      await redis.set(keys.ofCache('thing').value('a'), junk)
      expect(await things.get('a')).toBe('good')
      expect(await things.get('a')).toBe('good')
      expect(load).toHaveBeenCalledTimes(1)
      expect(count('decode-error')).toBe(1)
    },
  )

  it('[case 12] given a Redis key of another type, when the key is read, then one load replaces it', async () => {
    const { cache, redis, keys, count } = await testCache()
    await redis.lpush(keys.ofCache('thing').value('a'), 'a list')
    const things = cache.aside('thing', { ...byName, load: async () => 'good' })
    expect([await things.get('a'), await things.get('a')]).toEqual(['good', 'good'])
    expect([count('load'), count('decode-error'), count('store-error')]).toEqual([1, 1, 0])
  })
})

describe('declaring', () => {
  it('given a name that is in use or not valid in keys and labels, when a cache is declared, then it throws TypeError', async () => {
    const { cache } = await testCache()
    const declare = (name: string) => cache.aside(name, { ...byName, load: async () => 1 })
    declare('thing')
    expect(() => declare('thing')).toThrow(TypeError)
    for (const name of ['', 'Thing', 'a:b', 'a*', 'x'.repeat(41)]) expect(() => declare(name)).toThrow(TypeError)
  })

  it('given keys of any length and content, when they are cached, then no two keys share an entry', async () => {
    const { cache } = await testCache()
    const things = cache.aside('thing', { ...byName, load: async (name) => name })
    const names = ['', '}', '}a', '{a}', 'a:b', 'ü', ' ', '\n', 'x'.repeat(1_000), `${'x'.repeat(999)}y`]
    await things.getMany(names)
    expect(await things.getMany(names)).toEqual(names)
  })
})
