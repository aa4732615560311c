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
  const untilNear = (cache: typeof things, value: string) =>
    eventually(async () => {
      await cache.get('a')
      expect(cache.peek('a')).toBe(value)
    })
  await untilNear(things, 'v1')
  await untilNear(others, 'v1')
  return { here, there, things, others, row, untilNear }
}

describe('the near cache', () => {
  it('given an entry that was read before, when it is read again, then no command is sent and peek returns it', async () => {
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
    ['another client overwrites it', (side: Sides) => side.there.redis.set(side.value, 'junk')],
  ])(
    '[G4] given an entry in the near caches of two processes, when %s in one, then the other reads the new value',
    async (_what, change) => {
      const sides = await twoProcesses({ tags: () => ['blue'] })
      const value = sides.here.keys.ofCache('thing').value('a')
      sides.row.value = 'v2'
      await change({ ...sides, value })
      await eventually(() => expect(sides.things.peek('a')).toBeUndefined())
      expect(await sides.things.get('a')).toBe('v2')
      await sides.untilNear(sides.others, 'v2')
    },
  )

  it('[case 19] given a change in another process, when tracking reports it, then the receiver sends no command', async () => {
    const { here, things, others, row } = await twoProcesses()

    const sent = vi.spyOn(here.redis, 'sendCommand')
    row.value = 'v2'
    await others.invalidate(['a'])
    await eventually(() => expect(things.peek('a')).toBeUndefined())
    expect(sent).not.toHaveBeenCalled()
  })

  it('[case 18] given the tracking connection is cut while another process writes, when it reconnects, then no near read returns the old value', async () => {
    const { here, things, others, row, untilNear } = await twoProcesses()
    const id = await here.connection.client.client('GETREDIR')
    row.value = 'v2'
    await here.connection.client.client('KILL', 'ID', id)
    await others.invalidate(['a'])
    await eventually(() => expect(things.peek('a')).toBeUndefined())
    expect(await things.get('a')).toBe('v2')
    await eventually(() =>
      expect(here.events.filter((event) => event.type === 'tracking').at(-1)).toMatchObject({ state: 'on' }),
    )
    await untilNear(things, 'v2')
    row.value = 'v3'
    await others.invalidate(['a'])
    await eventually(() => expect(things.peek('a')).toBeUndefined())
  })

  it('[case 18] given the command connection is cut, when it reconnects, then tracking reports changes again', async () => {
    const { here, things, others, row, untilNear } = await twoProcesses()
    here.connection.client.disconnect(true)
    await eventually(() => expect(things.peek('a')).toBeUndefined())
    await eventually(() => expect(here.redis.status).toBe('ready'))
    await untilNear(things, 'v1')
    row.value = 'v2'
    await others.invalidate(['a'])
    await eventually(() => expect(things.peek('a')).toBeUndefined())
  })

  it('given a change during a read from Redis, when the reply arrives, then the near cache does not store it', async () => {
    const { here, there, things, row } = await twoProcesses()
    const value = here.keys.ofCache('thing').value('a')
    await there.redis.pexpire(value, 60_000) // changes the key, not its value
    await eventually(() => expect(things.peek('a')).toBeUndefined())
    const get = holdAnswer(here.redis, 'get')
    const reading = things.get('a')
    await get.answered // the other process uses another connection, so its command might be executed first
    row.value = 'v2'
    const reported = new Promise((resolve) => here.connection.tracker.once('messageBuffer', resolve))
    await there.redis.del(value)
    await reported
    get.release()
    expect(await reading).toBe('v1')
    await here.redis.ping() // after the PTTL of the entry
    expect(things.peek('a')).toBeUndefined()
    expect(await things.get('a')).toBe('v2')
  })

  it('given values larger than maxBytes in total, when they are stored, then the near cache stays within maxBytes', async () => {
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

  it('given CACHE_DISABLE=near, when a key is read, then the near cache stores nothing', async () => {
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
