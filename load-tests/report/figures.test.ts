import { describe, expect, it } from 'vitest'
import { countsTogether, figuresOf, measured, medianFigures, recoverySeconds } from './figures.ts'
import { began, readingsWith, summary } from './sample.ts'

const readings = readingsWith(() => 90)
const figures = figuresOf(summary, readings, [])
const at = (second: number) => began + second * 1_000

describe('the figures of a run', () => {
  it('given readings of the warm-up and of afterwards, when measured, then they do not count', () => {
    const { first, last } = measured(summary, readings)
    expect([first.at, last.at]).toEqual([at(0), at(4)])
  })

  it('given counters, when put together, then what was asked for while measured is divided by the requests then', () => {
    expect(figures).toMatchObject({ statementsPerRequest: 0.5, loads: 40, hitRatio: 0.9, staleReads: 3, p99: 45.4 })
    expect(figures.cpuMsPerRequest).toBeCloseTo(1)
  })

  it('given a moment with more queries, when asked for the most in a second, then it is that one', () => {
    const uneven = readings.map((reading) => ({
      ...reading,
      statements: reading.statements + (reading.at > at(2) ? 300 : 0),
    }))
    expect(figuresOf(summary, uneven, []).peakStatements).toBe(350)
  })

  it('given a warm-up with more queries, when asked for the most in a second, then it does not count', () => {
    const uneven = readings.map((reading) => ({
      ...reading,
      statements: reading.at >= at(-1) ? reading.statements + 999 : 0,
    }))
    expect(figuresOf(summary, uneven, []).peakStatements).toBe(50)
  })

  it('given a breakpoint, when it broke, then at which rate is a figure; in other profiles there is none', () => {
    expect(figuresOf({ ...summary, brokeAtRate: 740 }, readings, []).brokeAt).toBe(740)
    expect(figures.brokeAt).toBeNaN()
  })

  it('given queries that pile up, when asked for the most at once, then it is that of the measure, not of the warm-up', () => {
    const piles = readingsWith(
      () => 90,
      (second) => ({ atOnce: second < 0 ? 99 : second === 2 ? 40 : 1 }),
    )
    expect(figuresOf(summary, piles, []).mostAtOnce).toBe(40)
  })

  it('given a server that was not looked at, when figures are wanted, then it says so', () => {
    expect(() => figuresOf(summary, [], [])).toThrow('not looked at')
  })

  it('given a Redis that is away in the end, when its memory is wanted, then the last known one is told', () => {
    const away = readingsWith(
      () => 90,
      (second) => (second > 2 ? { redisBytes: 0 } : {}),
    )
    expect(figuresOf(summary, away, []).redisBytes).toBe(2 ** 20)
  })

  it('given rounds, when put together, then each figure is the middle one, and none stays none', () => {
    const rounds = [30, 10, 20].map((p50) => ({ ...figures, p50, oversold: Number.NaN }))
    expect(medianFigures(rounds)).toMatchObject({ p50: 20, oversold: Number.NaN })
  })

  it('given a counter that only one variant has, when together, then it is 0 for the other', () => {
    const rows = [{ figures }, { figures: { ...figures, staleReads: Number.NaN } }]
    expect(countsTogether(rows).map((row) => [row.figures.staleReads, row.figures.oversold])).toEqual([
      [3, Number.NaN],
      [0, Number.NaN],
    ])
  })
})

describe('recovery', () => {
  const flushed = [{ at: at(0), what: 'redis-flush' }]

  it('given no fault, when asked, then there is nothing to recover from', () => {
    expect(recoverySeconds(readings, [])).toBeNaN()
  })

  it('given a hit ratio that returns, when asked, then it counts from the repair until it is nearly what it was', () => {
    const hits = (second: number) => (second === 1 ? 10 : second === 2 ? 50 : 90)
    expect(recoverySeconds(readingsWith(hits), flushed)).toBe(3)
  })

  it('given a breaker that is open, when hits are back, then it has not recovered', () => {
    const open = readingsWith(
      () => 90,
      (second) => ({ breakers: second > 0 && second < 4 ? 2 : 0 }),
    )
    expect(recoverySeconds(open, flushed)).toBe(4)
  })

  it('given two outages, when asked, then it is the longer recovery, and each ends before the next thing happens', () => {
    const twice = ['redis-kill', 'redis-start', 'redis-hang', 'redis-resume'].map((what, second) => ({
      at: at(second),
      what,
    }))
    const hits = (second: number) => (second === 5 ? 90 : second > 1 ? 10 : 90)
    expect(recoverySeconds(readingsWith(hits), twice)).toBe(Number.POSITIVE_INFINITY)
    const first = (second: number) => (second > 2 && second < 5 ? 10 : 90)
    expect(recoverySeconds(readingsWith(first), twice)).toBe(2)
  })

  it('given a hit ratio that does not return, when asked, then it was not seen', () => {
    const hits = (second: number) => (second > 0 ? 10 : 90)
    expect(recoverySeconds(readingsWith(hits), flushed)).toBe(Number.POSITIVE_INFINITY)
  })
})
