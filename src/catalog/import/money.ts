/** Prices from text to integer minor units (cents), digit by digit: no floating point on the way. */
import { currencyDigits as digitsOf } from '../../platform/money.ts'
import { ImportError } from './errors.ts'

/** The highest price the database takes, in minor units. */
const highest = 1_000_000_000_000_000n

/** As in platform/money.ts. Throws ImportError if there is no such currency. */
export function currencyDigits(currency: string): number {
  const digits = digitsOf(currency)
  if (digits !== undefined) return digits
  throw new ImportError('BAD_CURRENCY', `"${currency}" is not a currency. Give its three letters, such as USD.`)
}

/**
 * The amount in minor units, or what is wrong with `text`. Thousands may be grouped by commas if a decimal point
 * follows (1,299.00): a lone comma (1,299) is a decimal sign for half of the world.
 */
export function toMinor(text: string, digits: number): bigint | { problem: string } {
  if (/^-\s*[\d.]/.test(text)) return { problem: 'is negative' }
  const [, grouped, plain, decimals = ''] = text.match(/^(?:(\d{1,3}(?:,\d{3})+)(?=\.)|(\d*))(?:\.(\d+))?$/) ?? []
  const whole = grouped?.replaceAll(',', '') ?? plain
  if (whole === undefined || whole + decimals === '') return { problem: `is not a number like ${example(digits)}` }
  if (decimals.length > digits) return { problem: `has more than ${digits} decimals` }
  const minor = whole.length > 20 ? highest + 1n : BigInt(whole + decimals.padEnd(digits, '0'))
  return minor > highest ? { problem: 'is too high' } : minor
}

const example = (digits: number) => (digits === 0 ? '12' : `12.${'5'.padEnd(digits, '0')}`)
