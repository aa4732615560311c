import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEvents } from '../events.ts'
import { createConsistency } from './consistency.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const second = 1_000

function start(samplesPerSecond: number) {
  const compared: { age: string; afterMs: number; key: string }[] = []
  const events = createEvents()
  let comparisons = 0
  const compare = async (key: string) => {
    comparisons++
    return { path: 'redis' as const, cached: 1, source: 2, key }
  }
  events.on((event) => {
    if (event.type !== 'compared') return
    compared.push({ age: event.age, afterMs: performance.now() - began, key: event.inconsistency?.key ?? '' })
  })
  const checker = createConsistency({
    samplesPerSecond,
    probes: new Map([
      ['product', { compare: compare as never }],
      ['list', { compare: undefined }],
    ]),
    events,
    random: Math.random,
  })
  const began = performance.now()
  return { checker, compared, comparisons: () => comparisons }
}

const keysOf = (compared: { key: string }[]) => [...new Set(compared.map(({ key }) => key))].sort()

describe('the consistency checker', () => {
  it('given a change, when a minute passes, then the key is compared after 0.1, 1, 10 and 60 s, and not again', async () => {
    const { checker, compared } = start(10)
    checker.changed('product', 'blue-mug')
    await vi.advanceTimersByTimeAsync(120 * second)
    checker.close()
    expect(compared.map(({ age, key }) => `${key} ${age}`)).toEqual(
      ['0.1', '1', '10', '60'].map((age) => `blue-mug ${age}`),
    )
    for (const { age, afterMs } of compared) {
      expect(afterMs).toBeGreaterThanOrEqual(Number(age) * second)
      expect(afterMs).toBeLessThan(Number(age) * second + 200)
    }
  })

  it('given more changes than samples, for minutes, when counted, then each second has four comparisons per sample', async () => {
    const { checker, comparisons } = start(2)
    const seconds = 180
    for (let tenth = 0; tenth < seconds * 10; tenth++) {
      for (let key = 0; key < 5; key++) checker.changed('product', `k${tenth}-${key}`)
      await vi.advanceTimersByTimeAsync(100)
    }
    checker.close()
    expect(comparisons()).toBeGreaterThan(2 * 4 * (seconds - 61))
    expect(comparisons()).toBeLessThanOrEqual(2 * 4 * (seconds + 1))
  })

  it('[26] given keys stored under a tag, when the tag is voided, then they are compared, and those of other tags are not', async () => {
    const { checker, compared } = start(100)
    checker.stored('product', 'blue-mug', ['@product', 'category:1'])
    checker.stored('product', 'red-mug', ['@product', 'category:1', 'facet:2'])
    checker.stored('product', 'lamp', ['@product', 'category:2'])
    await vi.advanceTimersByTimeAsync(2 * second)
    expect(compared).toEqual([])
    checker.tagVoided('category:1')
    await vi.advanceTimersByTimeAsync(120 * second)
    expect(keysOf(compared)).toEqual(['blue-mug', 'red-mug'])
    expect(compared).toHaveLength(8)
    checker.tagVoided('category:1') // nothing was stored under it since
    await vi.advanceTimersByTimeAsync(120 * second)
    checker.close()
    expect(compared).toHaveLength(8)
  })

  it('given a cache that is cleared, when its own tag is voided, then its keys are compared', async () => {
    const { checker, compared } = start(100)
    checker.stored('product', 'blue-mug', ['@product'])
    checker.tagVoided('@product')
    await vi.advanceTimersByTimeAsync(second)
    checker.close()
    expect(keysOf(compared)).toEqual(['blue-mug'])
  })

  it('[21] given a tag that was just voided, when a key is stored under it, then the key is compared: it may have been loaded before', async () => {
    const { checker, compared } = start(100)
    checker.tagVoided('category:1')
    await vi.advanceTimersByTimeAsync(500)
    checker.stored('product', 'blue-mug', ['category:1'])
    await vi.advanceTimersByTimeAsync(second)
    checker.stored('product', 'red-mug', ['category:1'])
    await vi.advanceTimersByTimeAsync(second)
    checker.close()
    expect(keysOf(compared)).toEqual(['blue-mug'])
  })

  it('given a tag over 100,000 keys in a cache that can be compared and one that can not, when it is voided, then four keys are compared', async () => {
    const { checker, compared } = start(100)
    for (let key = 0; key < 100_000; key++) {
      checker.stored('product', `k${key}`, ['category:1'])
      checker.stored('list', `l${key}`, ['category:1'])
    }
    checker.tagVoided('category:1')
    await vi.advanceTimersByTimeAsync(second)
    checker.close()
    expect(keysOf(compared)).toHaveLength(4)
    expect(keysOf(compared).join()).not.toContain('l')
  })

  it('given tags that are voided all the time, when counted, then the number of samples per second is bounded as before', async () => {
    const { checker, comparisons } = start(2)
    const seconds = 100
    for (let tenth = 0; tenth < seconds * 10; tenth++) {
      for (let key = 0; key < 5; key++) checker.stored('product', `k${key}`, ['category:1'])
      checker.tagVoided('category:1')
      await vi.advanceTimersByTimeAsync(100)
    }
    checker.close()
    expect(comparisons()).toBeLessThanOrEqual(2 * 4 * (seconds + 1))
  })

  it('given 5,000 tags, when the first of them is voided, then its keys are forgotten: memory is bounded', async () => {
    const { checker, compared } = start(100)
    for (let tag = 0; tag < 5_000; tag++) checker.stored('product', `k${tag}`, [`category:${tag}`])
    checker.tagVoided('category:0')
    checker.tagVoided('category:4999')
    await vi.advanceTimersByTimeAsync(second)
    checker.close()
    expect(keysOf(compared)).toEqual(['k4999'])
  })

  it('given no samples per second, when tags are voided, then nothing is compared and no timer runs', async () => {
    const { checker, comparisons } = start(0)
    checker.stored('product', 'blue-mug', ['category:1'])
    checker.tagVoided('category:1')
    checker.changed('product', 'blue-mug')
    expect(vi.getTimerCount()).toBe(0)
    await vi.advanceTimersByTimeAsync(second)
    expect(comparisons()).toBe(0)
  })
})
