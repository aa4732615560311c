import { describe, expect, it, vi } from 'vitest'
import { holdAnswer, sentBy, testCache } from '../support/cache.ts'
import { eventually } from '../support/eventually.ts'

const near = { tier: 'catalog', key: (name: string) => name, near: true } as const

/** Two processes with near caches over the same row. */
async function twoProcesses(options: { tags?: () => string[] } = {}) {
  const here = await testCache()
  const there = await testCache({ prefix: here.prefix })
  const row = { value: 'v1' }
  const declare = (side: typeof here) => side.cache.aside('thing', { ...near, ...options, load: async () => row.value })
  const things = declare(here)
  const others = declare(there)
  await Promise.all([here.cache.start(), there.cache.start()])
  const kept = (cache: typeof things, value: string) =>
    eventually(async () => {
      await cache.get('a')
      expect(cache.peek('a')).toBe(value)
    })
  await kept(things, 'v1')
  await kept(others, 'v1')
  return { here, there, things, others, row, kept }
}

describe('the near cache', () => {
  it('given an entry read before, when read again, then Redis is not asked, and peek has it at once', async () => {
    const { here, things } = await twoProcesses()
    const sent = sentBy(here.redis)
    here.events.length = 0
    expect(await things.get('a')).toBe('v1')
    expect(things.peek('a')).toBe('v1')
    expect(things.peek('unknown')).toBeUndefined()
    expect(sent.filter((name) => name !== 'ping')).toEqual([])
    expect(here.events.map((event) => event.type)).toEqual(['near-hit', 'near-hit'])
  })

  it.each([
    ['the entry is invalidated', (side: Sides) => side.others.invalidate(['a'])],
    ['its tag is invalidated', (side: Sides) => side.there.cache.invalidateTag('blue')],
    ['the cache is cleared', (side: Sides) => side.others.clear()],
    ['the key is deleted by hand', (side: Sides) => side.there.redis.del(side.value)],
    [
      'the key expires',
      async (side: Sides) => {
        await side.there.redis.pexpire(side.value, 1)
        await eventually(async () => expect(await side.there.redis.exists(side.value)).toBe(0))
      },
    ],
    ['somebody writes over it', (side: Sides) => side.there.redis.set(side.value, 'junk')],
  ])(
    '[G4] given an entry kept in two processes, when %s in one, then the other reads the new value',
    async (_what, change) => {
      const sides = await twoProcesses({ tags: () => ['blue'] })
      const value = sides.here.keys.value(sides.here.keys.entry('thing', 'a'))
      sides.row.value = 'v2'
      await change({ ...sides, value })
      await eventually(() => expect(sides.things.peek('a')).toBeUndefined())
      expect(await sides.things.get('a')).toBe('v2')
      await sides.kept(sides.others, 'v2')
    },
  )

  it('[case 19] given a change elsewhere, when it is heard of, then the receiver sends Redis no command', async () => {
    const { here, things, others, row } = await twoProcesses()

    const sent = vi.spyOn(here.redis, 'sendCommand')
    row.value = 'v2'
    await others.invalidate(['a'])
    await eventually(() => expect(things.peek('a')).toBeUndefined())
    expect(sent).not.toHaveBeenCalled()
  })

  it('[case 18] given the tracking connection is cut while another process writes, when it is back, then no near read is old', async () => {
    const { here, things, others, row, kept } = await twoProcesses()
    const id = await here.connection.client.client('GETREDIR')
    row.value = 'v2'
    await here.connection.client.client('KILL', 'ID', id)
    await others.invalidate(['a'])
    await eventually(() => expect(things.peek('a')).toBeUndefined())
    expect(await things.get('a')).toBe('v2')
    await eventually(() =>
      expect(here.events.filter((event) => event.type === 'tracking').at(-1)).toMatchObject({ state: 'on' }),
    )
    await kept(things, 'v2')
    row.value = 'v3'
    await others.invalidate(['a'])
    await eventually(() => expect(things.peek('a')).toBeUndefined())
  })

  it('[case 18] given the command connection is cut, when it is back, then changes are heard of again', async () => {
    const { here, things, others, row, kept } = await twoProcesses()
    here.connection.client.disconnect(true)
    await eventually(() => expect(things.peek('a')).toBeUndefined())
    await eventually(() => expect(here.redis.status).toBe('ready'))
    await kept(things, 'v1')
    row.value = 'v2'
    await others.invalidate(['a'])
    await eventually(() => expect(things.peek('a')).toBeUndefined())
  })

  it('given a change while the answer is on its way from Redis, when it arrives, then it is not kept', async () => {
    const { here, there, things, row } = await twoProcesses()
    const value = here.keys.value(here.keys.entry('thing', 'a'))
    await there.redis.pexpire(value, 60_000) // a change of the key, if not of its value
    await eventually(() => expect(things.peek('a')).toBeUndefined())
    const get = holdAnswer(here.redis, 'get')
    const reading = things.get('a')
    await get.answered // the other process' command comes by another connection, and might overtake it
    row.value = 'v2'
    const heard = new Promise((resolve) => here.connection.tracker.once('messageBuffer', resolve))
    await there.redis.del(value)
    await heard
    get.release()
    expect(await reading).toBe('v1')
    await here.redis.ping() // behind the question for the entry's TTL
    expect(things.peek('a')).toBeUndefined()
    expect(await things.get('a')).toBe('v2')
  })

  it('given more than its bytes, when filled, then it stays within them', async () => {
    const { cache } = await testCache({ near: { maxBytes: 100_000 } })
    const things = cache.aside('thing', { ...near, load: async (name) => name.repeat(1_000) })
    await cache.start()
    const names = Array.from({ length: 100 }, (_, index) => `k${index}`)
    await things.getMany(names)
    await eventually(async () => {
      await things.getMany(names)
      expect(cache.nearBytes()).toBeGreaterThan(50_000)
    })
    expect(cache.nearBytes()).toBeLessThanOrEqual(100_000)
  })

  it('given CACHE_DISABLE=near, when read, then nothing is kept here', async () => {
    const { createSwitches } = await import('../../src/cache/switches.ts')
    const { cache, count } = await testCache({ switches: createSwitches('full', ['near']) })
    const things = cache.aside('thing', { ...near, load: async () => 1 })
    await things.get('a')
    await things.get('a')
    expect(things.peek('a')).toBeUndefined()
    expect(count('near-hit')).toBe(0)
  })
})

type Sides = Awaited<ReturnType<typeof twoProcesses>> & { value: string }
