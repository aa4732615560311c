/** Two versions of the code side by side, as in a rolling deployment, of which the later one has changed a schema. */
import { describe, expect, it } from 'vitest'
import { testCache } from '../support/cache.ts'
import { eventually } from '../support/eventually.ts'

interface Row {
  version: number
}

async function bothVersions() {
  const before = await testCache()
  const after = await testCache({ prefix: before.prefix })
  const rows = new Map<string, Row>()
  const options = (schema: number) => ({
    tier: 'catalog' as const,
    key: (name: string) => name,
    load: async (name: string) => (name === 'new' ? (rows.get(name) ?? null) : (rows.get(name) ?? { version: 1 })),
    version: ({ version }: Row) => version,
    near: true,
    schema,
  })
  const things = [
    before.cache.writeThrough('thing', options(1)),
    after.cache.writeThrough('thing', options(2)),
  ] as const
  const loads = () => before.count('load') + after.count('load')
  return { before, after, rows, things, loads }
}

describe('[case 25] two schemas of a cache', () => {
  it('given both versions read the same keys, when each has loaded them once, then all else are hits and nothing fails to decode', async () => {
    const { before, after, things, loads } = await bothVersions()
    const names = Array.from({ length: 10 }, (_, index) => `k${index}`)
    for (const cache of things) await cache.getMany(names)
    await eventually(() => expect(before.count('fill') + after.count('fill')).toBe(20))
    for (let round = 0; round < 10; round++) for (const cache of things) await cache.getMany(names)
    expect(loads()).toBe(2) // each version all ten keys, in one load
    expect([before.count('decode-error'), after.count('decode-error')]).toEqual([0, 0])
  })

  it.for([0, 1] as const)(
    'given both have an entry, when version %i of the code invalidates or writes it, then neither reads the old one',
    async (one) => {
      const { before, after, rows, things } = await bothVersions()
      const reads = () => Promise.all(things.map((cache) => cache.get('k')))
      const filled = (count: number) => eventually(() => expect(before.count('fill') + after.count('fill')).toBe(count))
      await reads()
      await filled(2)
      rows.set('k', { version: 2 })
      await things[one].invalidate(['k'])
      await eventually(async () => expect(await reads()).toEqual([{ version: 2 }, { version: 2 }]))
      await filled(4)
      await things[one].write('k', async () => {
        rows.set('k', { version: 3 })
        return { version: 3 }
      })
      await eventually(async () => expect(await reads()).toEqual([{ version: 3 }, { version: 3 }]))
    },
  )

  it('[case 22] given both have cached that a row does not exist, when one writes it with version 0, then the other reads it', async () => {
    const { before, after, rows, things } = await bothVersions()
    expect(await Promise.all(things.map((cache) => cache.get('new')))).toEqual([null, null])
    await eventually(() => expect(before.count('fill') + after.count('fill')).toBe(2))
    await things[0].write('new', async () => {
      rows.set('new', { version: 0 })
      return { version: 0 }
    })
    // At once, not when the horizon is over.
    expect(await before.redis.exists(before.keys.ofCache('thing', 2).value('new'))).toBe(0)
    await eventually(async () => expect(await things[1].get('new')).toEqual({ version: 0 }))
  })
})
