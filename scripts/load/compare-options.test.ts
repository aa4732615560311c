import { describe, expect, it } from 'vitest'
import { asksForComparison, planOf } from './compare-options.ts'
import { pairs } from './pairs.ts'

const plan = (...args: string[]) => planOf(args, { DATA_DIR: '/data' }).plan

describe('the command line of a comparison', () => {
  it.each([
    [['catalog-read', '--compare', 'full,off'], true],
    [['catalog-read', '--disable=near'], true],
    [['pitfall-3'], true],
    [['pitfall-9'], true],
    [['flash-sale-naive', '--seed', '2'], true],
    [['catalog-read', '--engine', 'node'], false],
    [[], false],
  ])('given %j, when it is looked at, then it asks for a comparison: %s', (args, expected) => {
    expect(asksForComparison(args)).toBe(expected)
  })

  it('given options, when read, then they are the plan', () => {
    expect(
      plan(
        'catalog-read',
        '--compare',
        'full,off',
        '--engine',
        'k6',
        '--seed',
        '7',
        '--rate',
        '50',
        '--rounds',
        '3',
        '--out',
        '/home/me/a.md',
      ),
    ).toMatchObject({
      load: { scenario: 'catalog-read', engine: 'k6', seed: 7, rate: 50, seconds: undefined },
      products: 2_000,
      rounds: 3,
      dataDir: '/data',
      command: 'npm run load -- catalog-read --compare full,off --engine k6 --seed 7 --rate 50 --rounds 3',
    })
  })

  it('given a pitfall, when options are given, then they come before its own', () => {
    expect(plan('pitfall-2', '--products', '500')).toMatchObject({ products: 500, load: { scenario: 'hot-facets' } })
    expect(plan('pitfall-3').load.seconds).toBe(pairs['pitfall-3']?.seconds)
  })

  it.each([
    [['pitfall-9'], 'There is no "pitfall-9". There are: pitfall-1'],
    [['catalog-read', '--compare', ''], 'which?'],
    [['catalog-read', 'extra', '--compare', 'off'], 'Unknown argument "extra"'],
    [['catalog-read', '--compare', 'off', '--rate', 'many'], '--rate must be a number, not "many"'],
    [['catalog-read', '--compare', 'off', '--engine', 'ab'], '--engine is node or k6, not "ab"'],
    [['catalog-read', '--compare', 'off', '--rounds', '0'], '--rounds'],
  ])('given %j, when read, then it says what is wrong', (args, message) => {
    expect(() => plan(...args)).toThrow(message)
  })
})
