import { describe, expect, it } from 'vitest'
import { currencyDigits, toMinor } from './money.ts'

describe('prices', () => {
  it.each([
    ['9.9', 990n],
    ['9.90', 990n],
    ['10', 1_000n],
    ['.5', 50n],
    ['0', 0n],
    ['0.07', 7n],
    ['007.50', 750n],
    ['1,299.00', 129_900n],
    ['1,234,567.8', 123_456_780n],
    ['4035.01', 403_501n], // 4035.01 * 100 is 403500.99999999994 in floating point
    ['10000000000000.00', 1_000_000_000_000_000n],
  ])('given "%s" in a currency with cents, when read, then it is %s', (text, minor) => {
    expect(toMinor(text, 2)).toBe(minor)
  })

  it.each([
    ['abc', 'is not a number like 12.50'],
    ['', 'is not a number like 12.50'],
    ['.', 'is not a number like 12.50'],
    ['10.', 'is not a number like 12.50'],
    ['1.2.3', 'is not a number like 12.50'],
    ['$5', 'is not a number like 12.50'],
    ['1e3', 'is not a number like 12.50'],
    ['٣', 'is not a number like 12.50'],
    ['9,99', 'is not a number like 12.50'],
    ['1,299', 'is not a number like 12.50'],
    ['12,99.00', 'is not a number like 12.50'],
    ['1,2999.00', 'is not a number like 12.50'],
    ['-1', 'is negative'],
    ['-.5', 'is negative'],
    ['1.005', 'has more than 2 decimals'],
    ['1.000', 'has more than 2 decimals'],
    ['10000000000000.01', 'is too high'],
    ['9'.repeat(5_000), 'is too high'],
  ])('given "%s", when read, then it is refused: %s', (text, problem) => {
    expect(toMinor(text, 2)).toEqual({ problem })
  })

  it('given every amount up to 20.00, when written with two decimals and read, then no cent is lost', () => {
    for (let minor = 0n; minor <= 2_000n; minor++) {
      const text = `${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`
      expect(toMinor(text, 2)).toBe(minor)
    }
  })

  it.each([
    ['USD', 2, '1.50', 150n],
    ['JPY', 0, '150', 150n],
    ['KWD', 3, '1.5', 1_500n],
  ])('given %s, when asked, then it has %i decimals, and %s is read so', (currency, digits, text, minor) => {
    expect(currencyDigits(currency)).toBe(digits)
    expect(toMinor(text, digits)).toBe(minor)
  })

  it('given yen, when a price has decimals or is no number, then the message fits yen', () => {
    expect(toMinor('1.5', 0)).toEqual({ problem: 'has more than 0 decimals' })
    expect(toMinor('x', 0)).toEqual({ problem: 'is not a number like 12' })
    expect(toMinor('x', 3)).toEqual({ problem: 'is not a number like 12.500' })
  })

  it.each(['FOO', 'usd', '', 'US'])(
    'given the currency "%s", when asked for its decimals, then it is refused',
    (code) => {
      expect(() => currencyDigits(code)).toThrow(expect.objectContaining({ reason: 'BAD_CURRENCY' }))
    },
  )
})
