import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEvents } from '../events.ts'
import { createConsistency } from './consistency.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }))
afterEach(() => void vi.useRealTimers())

function start(samplesPerSecond: number) {
  const compared: { age: string; afterMs: number; key: string }[] = []
  const events = createEvents()
  let looks = 0
  const compare = async (key: string) => {
    looks++
    return { path: 'redis' as const, cached: 1, source: 2, key }
  }
  events.on((event) => {
    if (event.type !== 'compared') return
    compared.push({ age: event.age, afterMs: performance.now() - began, key: event.inconsistency?.key ?? '' })
  })
  const checker = createConsistency({
    samplesPerSecond,
    probes: new Map([['product', { compare: compare as never }]]),
    events,
    random: Math.random,
  })
  const began = performance.now()
  return { checker, compared, looks: () => looks }
}

describe('the consistency checker', () => {
  it('given a change, when a minute passes, then it is compared after 0.1, 1, 10 and 60 s, and not again', async () => {
    const { checker, compared } = start(10)
    checker.changed('product', 'blue-mug')
    await vi.advanceTimersByTimeAsync(120_000)
    checker.close()
    expect(compared.map(({ age, key }) => `${key} ${age}`)).toEqual(
      ['0.1', '1', '10', '60'].map((age) => `blue-mug ${age}`),
    )
    for (const { age, afterMs } of compared) {
      expect(afterMs).toBeGreaterThanOrEqual(Number(age) * 1_000)
      expect(afterMs).toBeLessThan(Number(age) * 1_000 + 200)
    }
  })

  it('given many more changes than samples, for minutes, when counted, then each second has four comparisons a sample', async () => {
    const { checker, looks } = start(2)
    const seconds = 180
    for (let tenth = 0; tenth < seconds * 10; tenth++) {
      for (let key = 0; key < 5; key++) checker.changed('product', `k${tenth}-${key}`)
      await vi.advanceTimersByTimeAsync(100)
    }
    checker.close()
    expect(looks()).toBeGreaterThan(2 * 4 * (seconds - 61))
    expect(looks()).toBeLessThanOrEqual(2 * 4 * (seconds + 1))
  })
})
