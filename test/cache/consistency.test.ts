/** The consistency checker finds what it is to find, and nothing else. */
import { randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { staffToken, startTestApp } from '../support/app.ts'
import { testCache } from '../support/cache.ts'
import { insertProduct } from '../support/catalog.ts'
import { eventually } from '../support/eventually.ts'
import { clientWith } from '../support/staff.ts'

interface Row {
  name: string
  version: number
}

/** A source that the test changes, and a cache of it that is checked often. */
async function checked({ near = false, versioned = true, source = { name: 'a', version: 1 } as Row | null } = {}) {
  const state = { row: source }
  const setup = await testCache({ samplesPerSecond: 100 })
  const things = setup.cache.aside<string, Row>('thing', {
    tier: 'catalog',
    near,
    key: (key) => key,
    fromKey: (key) => key,
    load: async () => state.row,
    ...(versioned && { version: ({ version }: Row) => version }),
  })
  const value = setup.keys.ofCache('thing').value('k')
  const compared = () => setup.events.filter((event) => event.type === 'compared')
  const found = () => compared().filter(({ inconsistency }) => inconsistency)
  return { ...setup, things, state, value, compared, found }
}

/** What was cached once, put back behind the engine's back. */
async function plantOld({ things, redis, value, state }: Awaited<ReturnType<typeof checked>>, next: Row | null) {
  await things.get('k')
  await eventually(async () => expect(await redis.exists(value)).toBe(1))
  const old = (await redis.getBuffer(value)) as Buffer
  state.row = next
  await things.invalidate(['k'])
  await redis.set(value, old)
}

describe('the consistency checker', () => {
  it('given an old payload in Redis, when its key has been invalidated, then it is found at each age, with both versions', async () => {
    const setup = await checked()
    await plantOld(setup, { name: 'b', version: 2 })
    await eventually(() => expect(setup.found().map(({ age }) => age)).toEqual(['0.1', '1']))
    for (const { inconsistency, cache } of setup.found()) {
      expect({ cache, inconsistency }).toEqual({
        cache: 'thing',
        inconsistency: { key: 'k', path: 'redis', cached: 1, source: 2 },
      })
    }
  })

  it('given an old payload without versions, when its key has been invalidated, then it is found', async () => {
    const setup = await checked({ versioned: false })
    await plantOld(setup, { name: 'b', version: 2 })
    await eventually(() => expect(setup.found()).not.toEqual([]))
  })

  it('given a cached value of a deleted row, or a negative entry of an existing row, when its key has changed, then it is found', async () => {
    const gone = await checked()
    await plantOld(gone, null)
    const come = await checked({ source: null })
    await plantOld(come, { name: 'b', version: 1 })
    await eventually(() => {
      expect(gone.found()[0]?.inconsistency).toMatchObject({ cached: 1, source: null })
      expect(come.found()[0]?.inconsistency).toMatchObject({ cached: null, source: 1 })
    })
  })

  it('given an old value in a near cache that missed a change, when its key has changed, then it is found there', async () => {
    const setup = await checked({ near: true })
    await setup.things.get('k')
    await eventually(async () => {
      await setup.things.get('k')
      expect(setup.things.peek('k')).toEqual({ name: 'a', version: 1 })
    })
    setup.state.row = { name: 'b', version: 2 }
    await setup.redis.publish(setup.keys.announcements, 'thing:{k}') // announced, and not done
    await eventually(() => expect(setup.found().map(({ inconsistency }) => inconsistency?.path)).toContain('near'))
  })

  it('given a source that changes constantly, when each change is invalidated, then nothing is found', async () => {
    const setup = await checked({ near: true, versioned: false })
    const ended = Date.now() + 2_500
    for (let version = 2; Date.now() < ended; version++) {
      setup.state.row = { name: 'a', version }
      await setup.things.invalidate(['k'])
      await Promise.all([setup.things.get('k'), setup.things.get('k')])
    }
    await eventually(() => expect(setup.compared().filter(({ age }) => age === '1').length).toBeGreaterThan(5))
    expect(setup.found()).toEqual([])
  })

  it('given more changes than samples, when they are compared, then the number of comparisons is bounded by the samples', async () => {
    const setup = await testCache({ samplesPerSecond: 2 })
    const load = { count: 0 }
    const things = setup.cache.aside<string, Row>('thing', {
      tier: 'catalog',
      key: (key) => key,
      fromKey: (key) => key,
      load: async () => {
        load.count++
        return { name: 'a', version: 1 }
      },
    })
    const ended = Date.now() + 3_000
    for (let key = 0; Date.now() < ended; key++) await things.invalidate([`k${key}`])
    const first = setup.events.filter((event) => event.type === 'compared' && event.age === '0.1')
    expect(first.length).toBeGreaterThan(2)
    expect(first.length).toBeLessThanOrEqual(2 + 2 * 4) // what is saved up at first, and two a second
    expect(load.count).toBeLessThanOrEqual(2 * (2 + 2 * 4))
  })
})

describe('the consistency checker in the application', () => {
  it('given an old payload, when it is found, then it is counted and logged without its key', async () => {
    const lines: string[] = []
    const log = new Writable({
      write: (chunk, _encoding, done) => {
        lines.push(String(chunk))
        done()
      },
    })
    const app = await startTestApp({ CONSISTENCY_SAMPLES_PER_SECOND: '100', LOG_LEVEL: 'error' }, log)
    onTestFinished(app.stop)
    const slug = `planted-${randomUUID()}`
    const id = await insertProduct(app.sql, { slug })
    const metrics = async () => (await fetch(`${app.base}/metrics`)).text()
    expect(await metrics()).toContain('cache_inconsistency_total{cache="product",age="60"} 0')
    const read = () => app.trpc.catalog.product.bySlug.query({ slug })
    const { version } = await read()
    const { client } = app.app.redis
    const key = `${app.prefix}:v1:product:{${slug}}`
    await eventually(async () => {
      await read() // what the relay follows of the insert may take the first one away
      expect(await client.exists(key)).toBe(1)
    })
    const old = (await client.getBuffer(key)) as Buffer
    await clientWith(app, staffToken).catalog.product.update.mutate({ id, expectedVersion: version, title: 'Changed' })
    await client.set(key, old)
    await eventually(async () =>
      expect(await metrics()).toMatch(/cache_inconsistency_total\{cache="product",age="1"\} [1-9]/),
    )
    expect(await metrics()).toMatch(/cache_consistency_checks_total\{cache="product",age="1"\} [1-9]/)
    const logged = lines.filter((line) => line.includes('a cache is older than its source'))
    expect(JSON.parse(logged[0] ?? '{}')).toMatchObject({ cache: 'product', path: 'redis' })
    expect(logged.join()).not.toContain(slug)
  })
})
