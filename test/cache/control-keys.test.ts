/** The state of the tags decides over all entries: it must not be lost while it is in use, by eviction or by age. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { startRedis } from '../../scripts/stack/redis.ts'
import { testCache } from '../support/cache.ts'
import { eventually } from '../support/eventually.ts'

const day = 24 * 60 * 60 * 1_000
const byName = { tier: 'static', key: (name: string) => name } as const
const hot = Array.from({ length: 20 }, (_, index) => `hot-${index}`)

async function fullRedis(policy: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'control-keys-'))
  const directives = ['--maxmemory', '12mb', '--maxmemory-policy', policy]
  const server = await startRedis(inject('redisBinary'), folder, { directives })
  onTestFinished(async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return server.url
}

describe('[case 24] the state of the tags', () => {
  const policies = ['volatile-lru', 'volatile-lfu', 'volatile-ttl', 'volatile-random', 'allkeys-lru', 'allkeys-lfu']
  it.each(policies)(
    'given a full Redis with %s, when a process starts, then every entry that is still there is a hit',
    async (policy) => {
      const url = await fullRedis(policy)
      const here = await testCache({ url })
      const options = { ...byName, tags: (name: string) => [name === 'hot-0' ? 'changed' : 'unchanged'] }
      const things = here.cache.aside('thing', { ...options, load: async (name: string) => name })
      await things.getMany(hot)
      await eventually(() => expect(here.count('fill')).toBe(hot.length))
      const evicted = async () => Number(/evicted_keys:(\d+)/.exec(await here.redis.info('stats'))?.[1])
      // Some thousands of other keys, and those that are hot all the while: Redis is turned over, but not within a second.
      for (let round = 0; round < 32; round++) {
        const writing = here.redis.pipeline()
        for (let n = 0; n < 200; n++) writing.set(`tail:${round}:${n}`, 'x'.repeat(2_000), 'PX', day)
        await Promise.all([writing.exec(), things.getMany(hot), new Promise((resolve) => setTimeout(resolve, 80))])
        if (round === 20) await here.cache.invalidateTag('changed')
      }
      expect(await evicted()).toBeGreaterThan(1_000)
      const keys = here.keys.ofCache('thing')
      const other = await testCache({ url, prefix: here.prefix })
      const load = vi.fn(async (name: string) => `${name} anew`)
      const sameThings = other.cache.aside('thing', { ...options, load })
      const isThere = await Promise.all(hot.map((name) => here.redis.exists(keys.value(name))))
      const answers = await sameThings.getMany(hot)
      const loaded = answers.filter((answer) => answer?.endsWith('anew')).length
      const missing = isThere.filter((there) => there === 0).length
      expect(loaded).toBeLessThanOrEqual(missing + 2) // evicted between the two looks
      expect(await here.redis.exists(...here.keys.tagState)).toBe(2)
    },
    30_000,
  )

  it('given either copy is lost, when a tag is read, then the other one restores it with all versions', async () => {
    const { cache, redis, keys, prefix } = await testCache()
    await cache.invalidateTag('t')
    const whole = await redis.zrange(keys.tagState[0], '0', '-1', 'WITHSCORES')
    expect(whole).toContain('=t')
    for (const name of keys.tagState) {
      await redis.del(name)
      const other = await testCache({ prefix })
      await other.cache.aside('thing', { ...byName, load: async () => 1 }).get('a')
      expect(await redis.zrange(name, '0', '-1', 'WITHSCORES')).toEqual(whole)
    }
  })

  it('given tags that were invalidated four days ago, when another one is, then they are forgotten and newer entries stay valid', async () => {
    const { cache, redis, keys, count } = await testCache()
    const things = cache.aside('thing', { ...byName, tags: () => ['kept'], load: async () => 1 })
    await things.get('a')
    await eventually(() => expect(count('fill')).toBe(1))
    const longAgo = (Date.now() - 4 * day) * 1_000
    for (const state of keys.tagState) {
      for (let n = 0; n < 12; n++) await redis.zadd(state, longAgo + n, `=old-${n}`)
    }
    await cache.invalidateTag('other')
    await cache.invalidateTag('other')
    for (const state of keys.tagState) {
      const members = await redis.zrange(state, '0', '-1')
      expect(members.filter((member) => member.startsWith('=')).sort()).toEqual(['=other'])
    }
    expect(await things.get('a')).toBe(1)
    expect(count('load')).toBe(1)
  })

  it('given any use of a cache, when it is over, then only the state of the tags has no TTL', async () => {
    const { cache, redis, keys, prefix } = await testCache()
    const stock = cache.writeThrough<string, { version: number }>('stock', {
      tier: 'consistent',
      key: (name) => name,
      version: ({ version }) => version,
      load: async () => null,
    })
    await stock.write('deleted', async () => null)
    const late = Promise.withResolvers<void>()
    const loser = stock.write('contended', async () => {
      await late.promise
      throw new Error('too late')
    })
    await stock.write('contended', async () => ({ version: 2 }))
    late.resolve()
    await expect(loser).rejects.toThrow('too late')
    await stock.get('missing')
    await cache.invalidateTag('t')
    const forEver: string[] = []
    for (const name of await redis.keys(`${prefix}:*`)) if ((await redis.pttl(name)) === -1) forEver.push(name)
    expect(forEver.sort()).toEqual([...keys.tagState].sort())
  })
})
