import { once } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { leaseMs } from '../../src/cache/coalescing/lease.ts'
import { createSwitches } from '../../src/cache/switches.ts'
import { gate, holdAnswer, testCache } from '../support/cache.ts'
import { eventually } from '../support/eventually.ts'
import { ownRedis } from '../support/redis.ts'

const byName = { tier: 'catalog', key: (name: string) => name } as const

/** Two engines on the same entries, as in two processes. The load of the first one waits until the test releases it. */
async function slowLoader(options: { tags?: () => string[] } = {}) {
  const here = await testCache()
  const there = await testCache({ prefix: here.prefix })
  let row = 'v1'
  const slow = gate<void>()
  const load = vi.fn(async () => {
    const read = row
    if (load.mock.calls.length === 1) await slow.promise
    return read
  })
  const things = here.cache.aside('thing', { ...byName, ...options, load })
  const others = there.cache.aside('thing', { ...byName, ...options, load: async () => row })
  const early = things.get('a')
  await eventually(() => expect(load).toHaveBeenCalledTimes(1))
  const commit = () => {
    row = 'v2'
  }
  const finish = async () => {
    slow.resolve()
    expect(await early).toBe('v1') // its own caller may get it
    await here.cache.close() // waits for its fill
  }
  return { here, there, things, others, commit, finish, value: here.keys.ofCache('thing').value('a') }
}

describe('[G3] no stale fill', () => {
  it('[case 1] given a load that read v1, when v2 is committed and the key invalidated, then every later read returns v2', async () => {
    const { here, things, others, commit, finish } = await slowLoader()
    commit()
    await others.invalidate(['a'])
    await finish()
    expect(here.events).toContainEqual({ type: 'fill-refused', cache: 'thing', reason: 'fenced' })
    expect([await others.get('a'), await things.get('a')]).toEqual(['v2', 'v2'])
  })

  it('[case 1] given a load that read v1, when v2 is committed and the entry’s tag invalidated, then every later read returns v2', async () => {
    const { there, things, others, commit, finish } = await slowLoader({ tags: () => ['colour:blue'] })
    commit()
    await there.cache.invalidateTag('colour:blue')
    await finish()
    expect([await others.get('a'), await things.get('a')]).toEqual(['v2', 'v2'])
  })

  it('[case 1] given a load that read v1, when v2 is committed and the cache cleared, then every later read returns v2', async () => {
    const { things, others, commit, finish } = await slowLoader()
    commit()
    await others.clear()
    await finish()
    expect([await others.get('a'), await things.get('a')]).toEqual(['v2', 'v2'])
  })

  it('[case 2] given a load that read v1, when all keys of the entry are evicted after the invalidation, then the late fill is refused', async () => {
    const { here, things, others, commit, finish } = await slowLoader()
    commit()
    await others.invalidate(['a'])
    await here.redis.del(await here.redis.keys(`${here.prefix}:*`))
    await finish()
    expect([await others.get('a'), await things.get('a')]).toEqual(['v2', 'v2'])
  })

  it('given a newer load that filled the entry after the invalidation, when the late fill arrives, then the newer value stays', async () => {
    const { others, things, commit, finish } = await slowLoader()
    commit()
    await others.invalidate(['a'])
    expect(await others.get('a')).toBe('v2')
    await finish()
    expect(await things.get('a')).toBe('v2')
  })

  it('given a tag whose version was evicted, when an older entry is read, then the entry is not used', async () => {
    const { cache, redis, keys, prefix } = await testCache()
    const load = vi.fn(async () => 'x')
    const things = cache.aside('thing', { ...byName, tags: () => ['t'], load })
    await things.get('a')
    await eventually(async () => expect(await things.get('a')).toBe('x'))
    await redis.del(...keys.tagState)
    const other = await testCache({ prefix })
    const reload = vi.fn(async () => 'y')
    expect(await other.cache.aside('thing', { ...byName, tags: () => ['t'], load: reload }).get('a')).toBe('y')
  })

  it('given fencing switched off, when the late fill arrives, then the old value is stored (what the fence prevents)', async () => {
    const { cache } = await testCache({ switches: createSwitches('full', ['fencing']) })
    const slow = gate<string>()
    const load = vi.fn(() => slow.promise)
    const things = cache.aside('thing', { ...byName, load })
    const early = things.get('a')
    await eventually(() => expect(load).toHaveBeenCalled())
    await things.invalidate(['a'])
    slow.resolve('v1')
    await early
    await eventually(async () => expect(await things.get('a')).toBe('v1'))
    expect(load).toHaveBeenCalledTimes(1)
  })
})

describe('[G4] a load in flight in another process', () => {
  it.each([
    ['the key is invalidated in another process', (side: Sides) => side.others.invalidate(['a'])],
    ['the cache is cleared in another process', (side: Sides) => side.others.clear()],
    ['its tag is invalidated in another process', (side: Sides) => side.there.cache.invalidateTag('blue')],
    ['its tag is invalidated in the same process', (side: Sides) => side.here.cache.invalidateTag('blue')],
  ])(
    'given a load that read v1, when v2 is committed and %s, then a later caller does not share the load’s answer',
    async (_what, change) => {
      const sides = await slowLoader({ tags: () => ['blue'] })
      const { subscriber, tracker } = sides.here.connection
      const reported = Promise.race([once(subscriber, 'message'), once(tracker, 'messageBuffer')])
      sides.commit()
      await change(sides)
      await reported
      const asked = sides.things.get('a')
      await sides.finish()
      expect([await asked, await sides.things.get('a')]).toEqual(['v2', 'v2'])
    },
  )
})

describe('[G4] a load in flight, and lost messages', () => {
  /** A process that gets no announcements. Its second load waits until the test resolves it; `late` reads during it. */
  async function isolatedProcess(load: () => Promise<string | null>, switches = createSwitches()) {
    const here = await testCache({ switches })
    here.connection.subscriber.disconnect()
    const there = await testCache({ prefix: here.prefix })
    const slow = gate<string | null>()
    const source = vi.fn(load).mockResolvedValueOnce('b').mockReturnValueOnce(slow.promise)
    const things = here.cache.aside('thing', { ...byName, load: source })
    await things.get('b')
    const early = things.get('a')
    await eventually(() => expect(source).toHaveBeenCalledTimes(2))
    await there.cache.aside('thing', { ...byName, load }).invalidate(['a'])
    const late = Promise.all([things.get('a'), things.get('a'), things.getMany(['a']).then(([value]) => value)])
    expect(here.count('coalesced')).toBe(3)
    return { slow, early, late, source }
  }

  it('given a key that another process invalidated, when the load ends, then callers that asked after the invalidation get v2', async () => {
    const { slow, early, late, source } = await isolatedProcess(async () => 'v2')
    slow.resolve('v1')
    expect([await early, await late]).toEqual(['v1', ['v2', 'v2', 'v2']])
    expect(source).toHaveBeenCalledTimes(3)
  })

  it('given a hit that Redis read before a change, when its reply arrives, then callers that asked after the change get v2', async () => {
    const here = await testCache()
    const there = await testCache({ prefix: here.prefix })
    const load = vi.fn(async () => 'v2').mockResolvedValueOnce('v1')
    const things = here.cache.aside('thing', { ...byName, load })
    await things.get('a')
    await eventually(() => expect(here.count('fill')).toBe(1))
    const get = holdAnswer(here.redis, 'get')
    const early = things.get('a')
    await get.answered
    await there.cache.aside('thing', { ...byName, load }).invalidate(['a'])
    const late = Promise.all([things.get('a'), things.get('a')])
    get.release()
    expect([await early, await late]).toEqual(['v1', ['v2', 'v2']])
    expect(load).toHaveBeenCalledTimes(2)
  })

  it('given a process without Redis, when a load that read the old row ends, then callers that asked after the change get v2', async () => {
    const redis = await ownRedis()
    const { cache, connection, events, count } = await testCache({ url: redis.url })
    connection.client.disconnect()
    await eventually(() => expect(events).toContainEqual({ type: 'tracking', state: 'off' }))
    const slow = gate<string>()
    const load = vi.fn(async () => 'v2').mockReturnValueOnce(slow.promise)
    const things = cache.aside('thing', { ...byName, load })
    const early = things.get('a')
    await eventually(() => expect(load).toHaveBeenCalledTimes(1))
    const late = Promise.all([things.get('a'), things.get('a')]) // another process, with Redis, made the change
    expect(count('coalesced')).toBe(2)
    slow.resolve('v1')
    expect([await early, await late]).toEqual(['v1', ['v2', 'v2']])
    expect(load).toHaveBeenCalledTimes(2)
  })

  it('given a key that another process invalidated, when the loaded value is not stored at all, then callers that asked after the invalidation get v2', async () => {
    const { slow, early, late } = await isolatedProcess(async () => 'created', createSwitches('full', ['negative']))
    slow.resolve(null)
    expect([await early, await late]).toEqual([null, ['created', 'created', 'created']])
  })
})

type Sides = Awaited<ReturnType<typeof slowLoader>>

describe('a lease', () => {
  it('[case 6] given A lost its lease to B, when A finishes, then B keeps the lease and A’s fill is refused', async () => {
    const { here, commit, finish } = await slowLoader()
    const lease = here.keys.ofCache('thing').lease('a')
    await here.redis.del(lease) // it expired, or its holder seemed dead
    commit()
    await here.redis.set(lease, 'token-of-b', 'PX', 60_000)
    await finish()
    expect(await here.redis.get(lease)).toBe('token-of-b')
    expect(here.events).toContainEqual({ type: 'fill-refused', cache: 'thing', reason: 'fenced' })
  })

  it('given a load that takes longer than the lease, when it continues, then the lease is renewed and no other caller loads', async () => {
    const { here, others, finish } = await slowLoader()
    const lease = here.keys.ofCache('thing').lease('a')
    const waiting = others.get('a')
    await here.redis.pexpire(lease, leaseMs / 2)
    await eventually(async () => expect(await here.redis.pttl(lease)).toBeGreaterThan(leaseMs * 0.7))
    await finish()
    expect(await waiting).toBe('v1')
  })

  it('[case 8] given Redis fails between acquire and fill, when it is available again, then the next read gets the value', async () => {
    const { cache, redis, count } = await testCache({ timeoutMs: 500 })
    const slow = gate<string>()
    const load = vi.fn<() => Promise<string>>().mockReturnValueOnce(slow.promise).mockResolvedValue('second')
    const things = cache.aside('thing', { ...byName, load })
    const first = things.get('a')
    await eventually(() => expect(load).toHaveBeenCalled())
    redis.disconnect(true)
    slow.resolve('first')
    expect(await first).toBe('first')
    await eventually(() => expect(redis.status).toBe('ready'))
    expect(await things.get('a')).toBe('second')
    expect(count('store-error')).toBeGreaterThan(0)
  })

  it('[case 9] given waiting callers in other processes, when the holder’s load fails, then one of them takes over, then the next', async () => {
    const first = await testCache()
    const failing = gate<string>()
    const load = vi.fn(() => failing.promise)
    const leader = first.cache.aside('thing', { ...byName, load }).get('a')
    await eventually(() => expect(load).toHaveBeenCalled())
    let running = 0
    let most = 0
    const waiters = await Promise.all([1, 2, 3].map(() => testCache({ prefix: first.prefix })))
    const answers = waiters.map(({ cache }, index) =>
      cache
        .aside('thing', {
          ...byName,
          load: async () => {
            most = Math.max(most, ++running)
            await new Promise((resolve) => setImmediate(resolve))
            running--
            if (index < 2) throw new Error(`failed too: ${index}`)
            return 'fine'
          },
        })
        .get('a'),
    )
    await eventually(() => expect(waiters.every(({ count }) => count('lease-wait') === 1)).toBe(true))
    failing.reject(new Error('failed'))
    await expect(leader).rejects.toThrow('failed')
    const settled = await Promise.allSettled(answers)
    expect(settled[2]).toMatchObject({ status: 'fulfilled', value: 'fine' })
    expect(most).toBe(1)
  })
})
