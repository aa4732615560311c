import { describe, expect, it } from 'vitest'
import { html } from './html.ts'
import { lineChart } from './line-chart.ts'
import { markdown } from './markdown.ts'
import { plainTable } from './plain.ts'
import { comparisonOf } from './sample.ts'
import { roundUp, short } from './scale.ts'

const comparison = comparisonOf('full', 'full without <jitter>')

describe('the reports', () => {
  it('given a comparison, when it is Markdown, then there is a line a figure and a column a variant', () => {
    const lines = markdown(comparison).split('\n')
    expect(lines).toContain('|  | full | full without <jitter> |')
    expect(lines).toContain('| p50 | 2.0 ms | 2.0 ms |')
    expect(lines).toContain('| p99 | 45 ms | 45 ms |')
    expect(lines).toContain('| Postgres queries per request | 0.500 | 0.500 |')
    expect(lines).toContain('- Seed: 7')
  })

  it('given figures that no variant has, when it is a table, then they have no line', () => {
    expect(plainTable(comparison.rows)).not.toContain('oversold')
    expect(plainTable(comparison.rows)).toContain('stale reads seen')
  })

  it('given thresholds and checks that did not hold, when reported, then each is named with its value', () => {
    expect(markdown(comparison)).toContain(
      'full: staleReads 3. not held: errorRate ≤ 0.001 is 0.00500; “a list has items” failed 1 of 400 times.',
    )
  })

  it('given a comparison, when it is a page, then it asks for nothing from elsewhere and runs nothing', () => {
    const page = html(comparison)
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|https?:/)
    expect(page.match(/<svg /g)?.length).toBe(6)
    expect(page).toContain('redis-flush')
  })

  it('given names with signs of HTML, when it is a page, then they are text', () => {
    const page = html(comparison)
    expect(page).toContain('A &lt;b&gt;title&lt;/b&gt;')
    expect(page).toContain('SELECT &lt;1&gt;')
    expect(page).not.toMatch(/<jitter>|<b>|<1>/)
  })
})

describe('a chart', () => {
  it('given no point at all, when drawn, then it is an empty chart without a number that is none', () => {
    const chart = lineChart({ title: 'Nothing', unit: '', lines: [{ name: 'a', points: [] }], marks: [], seconds: 10 })
    expect(chart).not.toContain('NaN')
    expect(chart).not.toContain('Infinity')
  })

  it('given a point at the top and the end, when drawn, then it is in the corner of the plot', () => {
    const lines = [{ name: 'a', points: [[0, 0] as const, [10, 100] as const] }]
    expect(lineChart({ title: 'A', unit: '', lines, marks: [], seconds: 10, top: 100 })).toContain(
      'points="48.0,192.0 548.0,26.0"',
    )
  })

  it.each([
    [0, 1],
    [0.3, 0.5],
    [1, 1],
    [2.2, 2.5],
    [730, 1_000],
    [5_100, 10_000],
  ])('given %d as the highest value, when an axis is made, then it ends at %d', (value, end) => {
    expect(roundUp(value)).toBeCloseTo(end)
  })

  it.each([
    [0, '0'],
    [0.0512, '0.0512'],
    [12_345, '12.3k'],
  ])('given %d, when written, then it is %s', (value, text) => {
    expect(short(value)).toBe(text)
  })
})
